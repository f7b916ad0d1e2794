/* Copy buttons, sections that open when a link leads to them, and iPads. The page works without. */
"use strict";
(function () {
	const status = document.getElementById("status");
	let timer;

	function say(text) {
		status.textContent = text;
		clearTimeout(timer);
		timer = setTimeout(function () { status.textContent = ""; }, 4000);
	}

	/* Where the page is not on https there is no clipboard, but what is marked can be copied. */
	function copyMarked(element) {
		getSelection().selectAllChildren(element);
		return document.execCommand("copy");
	}

	function copy(element) {
		const done = function () { say(status.dataset.done + element.textContent.split("\n")[0]); };
		const marked = function () {
			if (copyMarked(element))
				done();
			else
				say(status.dataset.failed);
		};

		if (navigator.clipboard)
			navigator.clipboard.writeText(element.textContent).then(done, marked);
		else
			marked();
	}

	function addButton(element) {
		const button = document.createElement("button");

		button.type = "button";
		button.className = "copy";
		button.textContent = status.dataset.copy;
		button.setAttribute("aria-label", element.dataset.copy);
		button.addEventListener("click", function () { copy(element); });
		if (element.parentNode.tagName === "TD") {
			const row = document.createElement("div");

			row.className = "copyable";
			element.replaceWith(row);
			row.append(element, button);
		} else {
			element.after(button);
		}
	}

	function openTarget() {
		const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));

		for (let element = target; element; element = element.parentElement) {
			if (element.tagName === "DETAILS")
				element.open = true;
		}
		if (target)
			target.scrollIntoView();
	}

	function swap(one, other, what) {
		[one[what], other[what]] = [other[what], one[what]];
	}

	/* An iPad says that it is a Mac, but a Mac has no touch screen: the two sections change places. */
	function showIPad() {
		const here = document.getElementById("mac"), other = document.getElementById("iphone");

		if (!here || here.tagName === "DETAILS" || !other || navigator.maxTouchPoints < 2)
			return;
		const body = other.querySelector(".body"), steps = [...body.childNodes];
		const links = ["mac", "iphone"].map(function (id) {
			return document.querySelector(".contents [href='#" + id + "']");
		});

		body.replaceChildren(...here.childNodes);
		here.append(...steps);
		swap(here, other, "id");
		swap(links[0], links[1], "hash");
		swap(links[0], links[1], "textContent");
		swap(document.getElementById("device"), other.querySelector("h3"), "textContent");
		document.querySelectorAll(".ipad, .here > .scan").forEach(function (e) { e.remove(); });
	}

	document.querySelectorAll("[data-copy]:not(#status)").forEach(addButton);
	showIPad();
	openTarget();
	addEventListener("hashchange", openTarget);
	document.addEventListener("click", function (event) { /* a link to where one is already */
		const a = event.target.closest("a[href^='#']");

		if (a && a.hash === location.hash)
			openTarget();
	});
})();
