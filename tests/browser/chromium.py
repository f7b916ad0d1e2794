"""Debian's Chromium without a window, in a profile of its own, and what it pretends to be.

It is started through chromedriver on a port that the kernel chooses, and ends with stop(), or at
the latest with the test program.
"""

import atexit
import base64
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

import webdriver

START = 60  # seconds that a start may take on a busy machine
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--no-default-browser-check", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
         "--disable-extensions", "--disable-default-apps", "--hide-scrollbars",
         "--force-color-profile=srgb", "--font-render-hinting=none"]

IPHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
          "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1")
IPHONE_FIREFOX = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
                  "(KHTML, like Gecko) FxiOS/139.0 Mobile/15E148 Safari/605.1.15")
MACINTOSH = ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
             "(KHTML, like Gecko) Version/18.5 Safari/605.1.15")
ANDROID = ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/137.0.0.0 Mobile Safari/537.36")
WINDOWS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/137.0.0.0 Safari/537.36")
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0"


@dataclasses.dataclass(frozen=True)
class Look:
    """What the browser pretends to be. platform is the hint Sec-CH-UA-Platform, "" for none."""

    name: str
    width: int
    height: int
    user_agent: str
    platform: str = ""
    touch: bool = False
    languages: str = "en-GB,en"
    dark: bool = False
    script: bool = True
    scale: float = 1  # dots for a CSS pixel

    def but(self, **changes):
        return dataclasses.replace(self, **changes)


PHONE = Look("phone", 390, 844, IPHONE, touch=True)
ANDROID_PHONE = Look("android", 412, 915, ANDROID, "Android", touch=True)
DESKTOP = Look("desktop", 1280, 900, WINDOWS, "Windows")
MAC = Look("mac", 1280, 900, MACINTOSH)
IPAD = Look("ipad", 820, 1180, MACINTOSH, touch=True)
NARROW = Look("narrow", 320, 640, IPHONE, touch=True)


class Chromium(webdriver.Session):
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="signpost-chromium-")
        self.downloads = os.path.join(self.directory, "downloads")
        self.driver = self.browser = None
        atexit.register(self.stop)
        try:
            super().__init__(self.start_driver(), self.wanted())
        except BaseException:
            self.stop()
            raise
        self.browser = self.capabilities["goog:processID"]
        self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=self.downloads)
        self.cdp("Browser.grantPermissions",
                 permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        self.go("about:blank")
        self.forget()

    def start_driver(self):
        """The port that chromedriver listens on."""
        self.log_path = os.path.join(self.directory, "chromedriver.log")
        with open(self.log_path, "wb") as log:
            self.driver = subprocess.Popen(
                [shutil.which("chromedriver") or "chromedriver", "--port=0"], stdout=log,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env={**os.environ, "TMPDIR": self.directory})
        return int(webdriver.wait_until(self.driver_port, START, "chromedriver starts"))

    def driver_port(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            log = file.read()
        if self.driver.poll() is not None:
            raise AssertionError("chromedriver ended with %d:\n%s" % (self.driver.returncode, log))
        found = re.search(r"started successfully on port (\d+)", log)
        return found and found.group(1)

    def wanted(self):
        profile = os.path.join(self.directory, "profile")
        return {
            "browserName": "chrome",
            "timeouts": {"script": 60000, "pageLoad": 60000},
            "unhandledPromptBehavior": "ignore",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"args": [*FLAGS, "--user-data-dir=" + profile],
                                   "binary": shutil.which("chromium")},
        }

    def stop(self):
        """Ends browser and driver, also half started ones, and removes what they wrote."""
        atexit.unregister(self.stop)
        if self.driver and self.driver.poll() is None:
            try:
                if self.browser:
                    self.deadline = 15
                    self.end()
            except (OSError, ValueError, webdriver.WebDriverError):
                pass  # what does not answer is killed
            self.driver.terminate()
            try:
                self.driver.wait(15)
            except subprocess.TimeoutExpired:
                self.driver.kill()
                self.driver.wait()
        if self.browser and is_running(self.browser, self.directory):
            os.kill(self.browser, signal.SIGKILL)
            webdriver.wait_until(lambda: not is_running(self.browser, self.directory), 15,
                                 "the killed browser is gone")
        shutil.rmtree(self.directory, ignore_errors=True)

    def become(self, look):
        """Pretends to be something else, from the next page on. Nothing scrolls slowly: a click
        would miss what it aims at."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=look.width, height=look.height,
                 deviceScaleFactor=look.scale, mobile=look.touch)
        self.cdp("Emulation.setTouchEmulationEnabled", enabled=look.touch,
                 maxTouchPoints=5 if look.touch else 1)
        hints = {}
        if look.platform:
            hints["userAgentMetadata"] = {
                "platform": look.platform, "platformVersion": "", "architecture": "", "model": "",
                "mobile": look.touch, "brands": [{"brand": "Chromium", "version": "137"}]}
        self.cdp("Emulation.setUserAgentOverride", userAgent=look.user_agent,
                 acceptLanguage=look.languages, **hints)
        self.cdp("Emulation.setEmulatedMedia", media="", features=[
            {"name": "prefers-color-scheme", "value": "dark" if look.dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])
        self.cdp("Emulation.setScriptExecutionDisabled", value=not look.script)

    def whole_page(self):
        """PNG of the page to its end, however long it is."""
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        return base64.b64decode(self.cdp(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"],
                  "scale": 1})["data"])

    def pdf(self):
        """The page on paper, of the size and with the margins that its stylesheet says."""
        return base64.b64decode(self.cdp("Page.printToPDF", preferCSSPageSize=True,
                                         printBackground=False)["data"])

    def forget(self):
        """Empties the logs."""
        self.complaints()
        self.requests()

    def complaints(self):
        """What the browser complained about since last asked: script errors, CSP, missing files.
        That a page itself comes with a status such as 404 is none."""
        page = re.escape(self.url.split("#")[0]) + " - Failed to load resource: .* status of 4.."
        return ["%(source)s: %(message)s" % entry for entry in self.log("browser")
                if entry["level"] in ("WARNING", "SEVERE") and not re.match(page, entry["message"])]

    def requests(self):
        """URL of every request since last asked, redirected ones as well."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]

    def wait_download(self):
        """Path of a file that has arrived whole; there must be but one."""
        def arrived():
            names = os.listdir(self.downloads) if os.path.isdir(self.downloads) else []
            whole = [name for name in names if not name.endswith(".crdownload")
                     and not name.startswith(".")]
            return len(names) == len(whole) == 1 and os.path.join(self.downloads, whole[0])
        return self.wait(arrived, "one file is downloaded to the end", 20)

    def remove_downloads(self):
        shutil.rmtree(self.downloads)


def is_running(process, directory):
    """Whether the process is there and still that browser."""
    try:
        with open("/proc/%d/cmdline" % process, "rb") as file:
            return directory.encode() in file.read()
    except OSError:
        return False
