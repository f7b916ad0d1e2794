<?xml version="1.0" encoding="UTF-8"?>
<!--
  The HTML of every page, made from the document that README.md describes. Nothing in the page needs the script, and
  nothing comes from another host. Sentences are in texts.XX.xml, labels of programs in programs.xml: here are only keys.

  The values of a person (p:for, p:link, user names) may be markers that the program replaces later: each is put whole
  where it belongs, and nothing is computed from it.

  Values that the program has not made itself (web addresses from the configuration or a provider) are looked at again
  before they become a link.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:signpost:page"
                exclude-result-prefixes="p">
  <xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/>

  <xsl:key name="t" match="p:text" use="@key"/>
  <xsl:key name="l" match="p:label" use="concat(../@id, ' ', @name)"/>
  <xsl:key name="program" match="p:program" use="@id"/>

  <xsl:variable name="page" select="/p:page"/>
  <xsl:variable name="site" select="$page/p:site"/>
  <xsl:variable name="language" select="string($page/@language)"/>
  <xsl:variable name="device" select="string($page/@device)"/>
  <xsl:variable name="print" select="$page/@view = 'print'"/>
  <!-- Whether references lead anywhere: from a page that is a file, only whole ones do. -->
  <xsl:variable name="served" select="$page/@standalone != 'yes' or $page/p:link/@href"/>
  <xsl:variable name="share" select="$page/@share = 'yes' and $page/p:link/@href and not($print)"/>
  <xsl:variable name="for" select="$page/p:for"/>
  <xsl:variable name="link" select="$page/p:link"/>
  <xsl:variable name="imap" select="$page/p:server[@type = 'imap']"/>
  <xsl:variable name="pop3" select="$page/p:server[@type = 'pop3']"/>
  <xsl:variable name="incoming" select="$imap | $pop3[not($imap)]"/>
  <xsl:variable name="smtp" select="$page/p:server[@type = 'smtp']"/>
  <xsl:variable name="profile" select="$page/p:profile[@content = 'mail'][$served]"/>
  <xsl:variable name="exchange" select="$page/p:web[@type = 'exchange']"/>
  <xsl:variable name="activesync" select="$page/p:web[@type = 'activesync']"/>
  <xsl:variable name="page-qr" select="$page/p:qr[@for = 'page']"/>
  <xsl:variable name="thunderbird-qr" select="$page/p:qr[@for = 'thunderbird']"/>
  <xsl:variable name="webmail" select="$page/p:web[@type = 'webmail'][starts-with(@url, 'https://')
                                       or starts-with(@url, 'http://')]/@url"/>
  <!-- Only what a telephone can dial. -->
  <xsl:variable name="dial" select="translate($site/@phone, ' ()-/.&#xA0;', '')"/>
  <xsl:variable name="until" select="string($link/@until)"/>
  <xsl:variable name="colon" select="string(key('t', 'colon'))"/>
  <xsl:variable name="phone" select="not($print) and ($device = 'iphone' or $device = 'android')"/>
  <!-- Whether point 1 speaks of Outlook; else Outlook's own section does. -->
  <xsl:variable name="outlook-first" select="$print or $device = 'windows' or $device = 'other'"/>

  <!-- Texts -->

  <xsl:template match="p:text">
    <xsl:param name="date" select="$until"/>
    <xsl:param name="version"/>
    <xsl:choose>
      <xsl:when test="@language">
        <span lang="{@language}">
          <xsl:apply-templates>
            <xsl:with-param name="date" select="$date"/>
            <xsl:with-param name="version" select="$version"/>
          </xsl:apply-templates>
        </span>
      </xsl:when>
      <xsl:otherwise>
        <xsl:apply-templates>
          <xsl:with-param name="date" select="$date"/>
          <xsl:with-param name="version" select="$version"/>
        </xsl:apply-templates>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Blanks and line breaks are one blank, and no line ends within "e-mail". -->
  <xsl:template match="p:text//text()">
    <xsl:variable name="words" select="normalize-space(.)"/>
    <xsl:if test="$words = '' or normalize-space(substring(., 1, 1)) = ''"><xsl:text> </xsl:text></xsl:if>
    <xsl:call-template name="unbroken"><xsl:with-param name="words" select="$words"/></xsl:call-template>
    <xsl:if test="$words != '' and normalize-space(substring(., string-length(.))) = ''"><xsl:text> </xsl:text></xsl:if>
  </xsl:template>

  <xsl:template name="unbroken">
    <xsl:param name="words"/>
    <xsl:variable name="rest" select="substring-after($words, '-')"/>
    <xsl:choose>
      <xsl:when test="contains($words, '-')">
        <xsl:value-of select="substring-before($words, '-')"/>
        <xsl:choose>
          <xsl:when test="starts-with($rest, 'mail') or starts-with($rest, 'Mail') or starts-with($rest, 'Fi')">&#x2011;</xsl:when>
          <xsl:otherwise>-</xsl:otherwise>
        </xsl:choose>
        <xsl:call-template name="unbroken"><xsl:with-param name="words" select="$rest"/></xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$words"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="p:b">
    <strong><xsl:apply-templates/></strong>
  </xsl:template>

  <xsl:template match="p:v">
    <xsl:param name="date" select="$until"/>
    <xsl:param name="version"/>
    <xsl:choose>
      <xsl:when test="@name = 'address'"><xsl:call-template name="address"/></xsl:when>
      <xsl:when test="@name = 'domain'"><span class="v"><xsl:value-of select="$for/@domain"/></span></xsl:when>
      <xsl:when test="@name = 'phone'"><xsl:call-template name="phone"/></xsl:when>
      <xsl:when test="@name = 'webmail'">
        <xsl:choose>
          <xsl:when test="$webmail"><a href="{$webmail}"><xsl:apply-templates select="key('t', 'webmail.word')"/></a></xsl:when>
          <xsl:otherwise><xsl:apply-templates select="key('t', 'webmail.word')"/></xsl:otherwise>
        </xsl:choose>
      </xsl:when>
      <xsl:when test="@name = 'date'"><xsl:value-of select="$date"/></xsl:when>
      <xsl:when test="@name = 'version'"><xsl:value-of select="$version"/></xsl:when>
      <xsl:when test="@name = 'site'"><xsl:value-of select="$site/@name"/></xsl:when>
      <xsl:when test="@name = 'welcome'"><xsl:value-of select="$site/@welcome"/></xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- A label in the page's language, else in English and marked so. -->
  <xsl:template match="p:l">
    <xsl:variable name="program">
      <xsl:value-of select="@program"/>
      <xsl:if test="not(@program)"><xsl:value-of select="substring-before(ancestor::p:text/@key, '.')"/></xsl:if>
    </xsl:variable>
    <xsl:variable name="in" select="key('l', concat($program, ' ', @name))/p:in"/>
    <xsl:choose>
      <xsl:when test="$in[@language = $language]"><b><xsl:value-of select="$in[@language = $language]"/></b></xsl:when>
      <xsl:otherwise><b lang="en"><xsl:value-of select="$in[@language = 'en']"/></b></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The same where it is not part of a sentence. -->
  <xsl:template name="label">
    <xsl:param name="in"/>
    <xsl:choose>
      <xsl:when test="$in[@language = $language]"><xsl:value-of select="$in[@language = $language]"/></xsl:when>
      <xsl:otherwise><span lang="en"><xsl:value-of select="$in[@language = 'en']"/></span></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- An address breaks before its @ rather than anywhere. -->
  <xsl:template name="address">
    <span class="v">
      <span><xsl:value-of select="$for/@local"/></span>
      <span>@<xsl:value-of select="$for/@host"/></span>
    </span>
  </xsl:template>

  <!-- A value to be typed; on paper an address breaks before its @, on the screen it is to be copied. -->
  <xsl:template name="value">
    <xsl:param name="of"/>
    <code>
      <xsl:choose>
        <xsl:when test="$print and $of = $for/@address"><xsl:call-template name="address"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="$of"/></xsl:otherwise>
      </xsl:choose>
    </code>
  </xsl:template>

  <xsl:template name="phone">
    <xsl:choose>
      <xsl:when test="$dial != '' and translate($dial, '+0123456789', '') = ''">
        <a class="phone" href="tel:{$dial}"><xsl:value-of select="$site/@phone"/></a>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$site/@phone"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="date">
    <xsl:param name="day"/>
    <xsl:param name="month"/>
    <xsl:param name="year"/>
    <xsl:for-each select="key('t', 'date.pattern')/node()">
      <xsl:choose>
        <xsl:when test="self::p:v[@name = 'day']"><xsl:value-of select="$day"/></xsl:when>
        <xsl:when test="self::p:v[@name = 'month']"><xsl:value-of select="key('t', concat('month.', $month))"/></xsl:when>
        <xsl:when test="self::p:v[@name = 'year']"><xsl:value-of select="$year"/></xsl:when>
        <xsl:when test="self::text()"><xsl:value-of select="."/></xsl:when>
      </xsl:choose>
    </xsl:for-each>
  </xsl:template>

  <!-- A paragraph and a step of one text each. -->
  <xsl:template match="p:text" mode="p">
    <xsl:param name="class"/>
    <p>
      <xsl:if test="$class"><xsl:attribute name="class"><xsl:value-of select="$class"/></xsl:attribute></xsl:if>
      <xsl:apply-templates select="."/>
    </p>
  </xsl:template>

  <xsl:template match="p:text" mode="li">
    <li><xsl:apply-templates select="."/></li>
  </xsl:template>

  <!-- The frame -->

  <xsl:template match="/p:page">
    <html lang="{@language}" dir="{p:texts/@direction}">
      <xsl:if test="not(p:texts/@direction)"><xsl:attribute name="dir">ltr</xsl:attribute></xsl:if>
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <!-- What a served page says in its headers. -->
        <xsl:if test="@standalone = 'yes'">
          <meta name="robots" content="noindex, nofollow"/>
          <meta name="referrer" content="no-referrer"/>
        </xsl:if>
        <title>
          <xsl:if test="@kind != 'settings' and @kind != 'form'">
            <xsl:value-of select="key('t', concat(@kind, '.heading'))"/>
            <xsl:text> · </xsl:text>
          </xsl:if>
          <xsl:value-of select="key('t', 'title')"/>
          <xsl:if test="$site/@name"><xsl:value-of select="concat(' · ', $site/@name)"/></xsl:if>
        </title>
        <xsl:if test="$site/@logo"><link rel="icon" href="{$site/@logo}"/></xsl:if>
        <xsl:if test="$site/@css"><link rel="stylesheet" href="{$site/@css}"/></xsl:if>
        <xsl:if test="$site/p:style"><style><xsl:value-of select="$site/p:style"/></style></xsl:if>
        <xsl:if test="$site/@script and not($print)"><script src="{$site/@script}" defer="defer"></script></xsl:if>
      </head>
      <body class="{@view} {@kind}">
        <a class="skip" href="#main"><xsl:apply-templates select="key('t', 'skip')"/></a>
        <xsl:call-template name="head"/>
        <main id="main">
          <xsl:choose>
            <xsl:when test="@kind = 'settings'"><xsl:call-template name="settings"/></xsl:when>
            <xsl:otherwise><xsl:call-template name="no-settings"/></xsl:otherwise>
          </xsl:choose>
          <xsl:call-template name="help"/>
        </main>
        <xsl:if test="@kind = 'settings' and not($print)"><xsl:call-template name="foot"/></xsl:if>
        <xsl:if test="not($print)">
          <p id="status" class="status" role="status" aria-live="polite">
            <xsl:attribute name="data-copy"><xsl:value-of select="key('t', 'copy')"/></xsl:attribute>
            <xsl:attribute name="data-done"><xsl:value-of select="concat(key('t', 'copy.done'), $colon)"/></xsl:attribute>
            <xsl:attribute name="data-failed"><xsl:value-of select="key('t', 'copy.failed')"/></xsl:attribute>
          </p>
          <xsl:if test="$site/p:script"><script><xsl:value-of select="$site/p:script"/></script></xsl:if>
        </xsl:if>
      </body>
    </html>
  </xsl:template>

  <xsl:template name="head">
    <header class="head">
      <p class="site">
        <xsl:choose>
          <xsl:when test="$site/@logo"><img src="{$site/@logo}" alt="{$site/@name}"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="$site/@name"/></xsl:otherwise>
        </xsl:choose>
      </p>
      <xsl:if test="count(p:languages/p:language) &gt; 1 and not($print) and $served">
        <nav class="languages">
          <xsl:attribute name="aria-label"><xsl:value-of select="key('t', 'language')"/></xsl:attribute>
          <ul>
            <xsl:for-each select="p:languages/p:language">
              <li>
                <a href="{@href}" lang="{@tag}" hreflang="{@tag}">
                  <xsl:if test="$share"><xsl:attribute name="href"><xsl:value-of select="concat(@href, '&amp;share=1')"/></xsl:attribute></xsl:if>
                  <xsl:if test="@current = 'yes'"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if>
                  <xsl:value-of select="@name"/>
                </a>
              </li>
            </xsl:for-each>
          </ul>
        </nav>
      </xsl:if>
      <xsl:if test="$print and $served">
        <p class="screen-only"><a href="{$link/@page}"><xsl:apply-templates select="key('t', 'print.back')"/></a></p>
      </xsl:if>
    </header>
  </xsl:template>

  <!-- Pages that have nothing but the form -->

  <xsl:template name="no-settings">
    <section class="hero">
      <h1><xsl:apply-templates select="key('t', concat(@kind, '.heading'))"/></h1>
      <p class="lead">
        <xsl:if test="@kind = 'no-address'"><xsl:attribute name="id">wrong</xsl:attribute></xsl:if>
        <xsl:apply-templates select="key('t', concat(@kind, '.text'))"/>
      </p>
    </section>
    <section class="card"><xsl:call-template name="form"/></section>
  </xsl:template>

  <xsl:template name="form">
    <form method="post" action="{$site/@action}">
      <label for="address"><xsl:apply-templates select="key('t', 'form.label')"/></label>
      <p class="hint" id="hint"><xsl:apply-templates select="key('t', 'form.hint')"/></p>
      <div class="row">
        <input id="address" name="address" type="text" inputmode="email" autocomplete="email" autocapitalize="none"
               spellcheck="false" required="required" maxlength="320" aria-describedby="hint">
          <xsl:if test="$page/@kind = 'no-address'">
            <xsl:attribute name="aria-invalid">true</xsl:attribute>
            <xsl:attribute name="aria-describedby">wrong hint</xsl:attribute>
          </xsl:if>
        </input>
        <xsl:if test="$page/@language-chosen = 'yes'"><input type="hidden" name="lang" value="{$language}"/></xsl:if>
        <button class="button"><xsl:apply-templates select="key('t', 'form.button')"/></button>
      </div>
    </form>
  </xsl:template>

  <!-- Pages with settings -->

  <xsl:template name="settings">
    <section class="hero">
      <h1>
        <xsl:choose>
          <xsl:when test="$for/@address"><xsl:apply-templates select="key('t', 'heading.person')"/></xsl:when>
          <xsl:otherwise><xsl:apply-templates select="key('t', 'heading.domain')"/></xsl:otherwise>
        </xsl:choose>
      </h1>
      <p class="lead"><xsl:apply-templates select="key('t', 'lead')"/></p>
      <p class="promise"><strong><xsl:apply-templates select="key('t', 'lead.password')"/></strong></p>
      <xsl:if test="not($print)"><xsl:call-template name="contents"/></xsl:if>
    </section>
    <xsl:if test="$share"><xsl:call-template name="share"/></xsl:if>
    <xsl:if test="not($for/@address) and not($print)">
      <section class="card">
        <h2><xsl:apply-templates select="key('t', 'own.heading')"/></h2>
        <xsl:apply-templates select="key('t', 'own.text')" mode="p"/>
        <xsl:call-template name="form"/>
      </section>
    </xsl:if>
    <xsl:call-template name="before"/>
    <xsl:call-template name="add"/>
    <xsl:call-template name="check"/>
    <xsl:call-template name="manual"/>
    <xsl:if test="$webmail">
      <section class="card" id="webmail">
        <h2><xsl:apply-templates select="key('t', 'webmail.heading')"/></h2>
        <xsl:apply-templates select="key('t', 'webmail.text')" mode="p"/>
        <p><a class="link" href="{$webmail}"><xsl:value-of select="$webmail"/></a></p>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template name="contents">
    <nav class="contents">
      <xsl:attribute name="aria-label"><xsl:value-of select="key('t', 'contents')"/></xsl:attribute>
      <ul>
        <li><a href="#before"><xsl:apply-templates select="key('t', 'contents.before')"/></a></li>
        <xsl:if test="$device != 'other'">
          <li><a class="mine" href="#{$device}"><xsl:apply-templates select="key('t', concat('device.', $device))"/></a></li>
        </xsl:if>
        <xsl:for-each select="key('t', 'device.iphone') | key('t', 'device.mac') | key('t', 'device.android')
                              | key('t', 'device.windows') | key('t', 'device.linux') | key('t', 'device.web')">
          <xsl:variable name="id" select="substring-after(@key, '.')"/>
          <xsl:if test="$id != $device"><li><a href="#{$id}"><xsl:apply-templates select="."/></a></li></xsl:if>
        </xsl:for-each>
        <li><a href="#check"><xsl:apply-templates select="key('t', 'contents.check')"/></a></li>
        <li><a href="#manual"><xsl:apply-templates select="key('t', 'contents.manual')"/></a></li>
        <xsl:if test="$webmail">
          <li><a href="#webmail"><xsl:apply-templates select="key('t', 'contents.webmail')"/></a></li>
        </xsl:if>
        <li><a href="#help"><xsl:apply-templates select="key('t', 'contents.help')"/></a></li>
      </ul>
    </nav>
  </xsl:template>

  <xsl:template name="share">
    <details class="share">
      <summary><h2><xsl:apply-templates select="key('t', 'share.heading')"/></h2></summary>
      <div class="body">
        <xsl:apply-templates select="key('t', 'share.text')" mode="p"/>
        <pre>
          <xsl:attribute name="data-copy"><xsl:value-of select="key('t', 'copy.text')"/></xsl:attribute>
          <xsl:value-of select="normalize-space(key('t', 'share.line.1'))"/>
          <xsl:text>&#10;</xsl:text>
          <xsl:value-of select="$link/@href"/>
          <xsl:text>&#10;</xsl:text>
          <xsl:value-of select="normalize-space(key('t', 'share.line.2'))"/>
          <xsl:text>&#10;</xsl:text>
          <xsl:variable name="last">
            <xsl:choose>
              <xsl:when test="$link/@until"><xsl:apply-templates select="key('t', 'share.line.3')"/></xsl:when>
              <xsl:otherwise><xsl:apply-templates select="key('t', 'share.line.3.never')"/></xsl:otherwise>
            </xsl:choose>
          </xsl:variable>
          <xsl:value-of select="normalize-space($last)"/>
        </pre>
      </div>
    </details>
  </xsl:template>

  <!-- 1. Before the old account is removed -->

  <xsl:template name="before">
    <section class="card" id="before">
      <h2><span class="n">1</span><xsl:text> </xsl:text><xsl:apply-templates select="key('t', 'before.heading')"/></h2>
      <div class="stop">
        <p class="question"><xsl:apply-templates select="key('t', 'before.pop')"/></p>
        <p>
          <xsl:choose>
            <xsl:when test="$site/@phone"><xsl:apply-templates select="key('t', 'before.pop.phone')"/></xsl:when>
            <xsl:otherwise><xsl:apply-templates select="key('t', 'before.pop.ask')"/></xsl:otherwise>
          </xsl:choose>
        </p>
        <xsl:apply-templates select="key('t', 'before.pop.why')" mode="p"/>
      </div>
      <xsl:apply-templates select="key('t', 'before.imap')" mode="p"/>
      <h3><xsl:apply-templates select="key('t', 'before.list')"/></h3>
      <ul class="points">
        <xsl:apply-templates select="key('t', 'before.password')" mode="li"/>
        <xsl:apply-templates select="key('t', 'before.wifi')" mode="li"/>
        <xsl:apply-templates select="key('t', 'before.outbox')" mode="li"/>
        <xsl:apply-templates select="key('t', 'before.local')" mode="li"/>
        <xsl:if test="$outlook-first"><xsl:apply-templates select="key('t', 'before.outlook')" mode="li"/></xsl:if>
        <xsl:if test="not($phone)"><xsl:apply-templates select="key('t', 'before.computer')" mode="li"/></xsl:if>
        <li>
          <xsl:apply-templates select="key('t', 'before.profile')"/>
          <xsl:text> </xsl:text>
          <a href="#iphone-profile"><xsl:apply-templates select="key('t', 'iphone.profile')"/></a>
        </li>
      </ul>
    </section>
  </xsl:template>

  <!-- 2. Add it again: the device in hand first -->

  <xsl:template name="add">
    <section class="card" id="add">
      <h2>
        <span class="n">2</span>
        <xsl:text> </xsl:text>
        <xsl:apply-templates select="key('t', 'add.heading')"/>
        <xsl:if test="$device != 'other' and not($print)">
          <xsl:value-of select="$colon"/>
          <span id="device"><xsl:apply-templates select="key('t', concat('device.', $device))"/></span>
        </xsl:if>
      </h2>
      <xsl:choose>
        <xsl:when test="$print"/>
        <xsl:when test="$device = 'other'">
          <xsl:call-template name="continue"/>
          <h3 class="others"><xsl:apply-templates select="key('t', 'add.choose')"/></h3>
        </xsl:when>
        <xsl:otherwise>
          <h3 class="others"><xsl:apply-templates select="key('t', 'add.here')"/></h3>
          <xsl:call-template name="device"><xsl:with-param name="id" select="$device"/></xsl:call-template>
          <xsl:if test="not($phone)"><xsl:call-template name="continue"/></xsl:if>
          <h3 class="others"><xsl:apply-templates select="key('t', 'add.other')"/></h3>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:for-each select="key('t', 'device.iphone') | key('t', 'device.mac') | key('t', 'device.android')
                            | key('t', 'device.windows') | key('t', 'device.linux') | key('t', 'device.web')">
        <xsl:variable name="id" select="substring-after(@key, '.')"/>
        <xsl:if test="$print or $id != $device">
          <xsl:call-template name="device"><xsl:with-param name="id" select="$id"/></xsl:call-template>
        </xsl:if>
      </xsl:for-each>
    </section>
  </xsl:template>

  <!-- From a computer to the phone. -->
  <xsl:template name="continue">
    <xsl:if test="$page-qr">
      <div class="scan">
        <xsl:call-template name="code">
          <xsl:with-param name="qr" select="$page-qr"/>
          <xsl:with-param name="alt" select="key('t', 'foot.qr')"/>
        </xsl:call-template>
        <div>
          <p class="question"><xsl:apply-templates select="key('t', 'add.phone')"/></p>
          <xsl:apply-templates select="key('t', 'add.phone.text')" mode="p"/>
        </div>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template name="device">
    <xsl:param name="id"/>
    <xsl:choose>
      <xsl:when test="$print">
        <section class="device" id="{$id}">
          <h3><xsl:apply-templates select="key('t', concat('device.', $id))"/></h3>
          <xsl:call-template name="device-body"><xsl:with-param name="id" select="$id"/></xsl:call-template>
          <xsl:if test="$id != 'linux'"><xsl:call-template name="sheet-foot"/></xsl:if>
        </section>
      </xsl:when>
      <xsl:when test="$id = $device">
        <section class="here" id="{$id}">
          <xsl:call-template name="device-body"><xsl:with-param name="id" select="$id"/></xsl:call-template>
        </section>
      </xsl:when>
      <xsl:otherwise>
        <details class="device" id="{$id}">
          <summary><h3><xsl:apply-templates select="key('t', concat('device.', $id))"/></h3></summary>
          <div class="body">
            <xsl:call-template name="device-body"><xsl:with-param name="id" select="$id"/></xsl:call-template>
          </div>
        </details>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="device-body">
    <xsl:param name="id"/>
    <xsl:choose>
      <xsl:when test="$id = 'iphone'"><xsl:call-template name="iphone"/></xsl:when>
      <xsl:when test="$id = 'mac'"><xsl:call-template name="mac"/></xsl:when>
      <xsl:when test="$id = 'android'"><xsl:call-template name="android"/></xsl:when>
      <xsl:when test="$id = 'windows'"><xsl:call-template name="windows"/></xsl:when>
      <xsl:when test="$id = 'linux'"><xsl:call-template name="linux"/></xsl:when>
      <xsl:when test="$id = 'web'"><xsl:call-template name="web"/></xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- Something that is closed on the screen and open on paper. -->
  <xsl:template name="program">
    <xsl:param name="id"/>
    <xsl:param name="open" select="false()"/>
    <xsl:choose>
      <xsl:when test="$print">
        <section class="program">
          <h4><xsl:call-template name="program-name"><xsl:with-param name="id" select="$id"/></xsl:call-template></h4>
          <xsl:call-template name="program-body"><xsl:with-param name="id" select="$id"/></xsl:call-template>
        </section>
      </xsl:when>
      <xsl:otherwise>
        <details>
          <xsl:if test="$open"><xsl:attribute name="open">open</xsl:attribute></xsl:if>
          <summary><h4><xsl:call-template name="program-name"><xsl:with-param name="id" select="$id"/></xsl:call-template></h4></summary>
          <div class="body">
            <xsl:call-template name="program-body"><xsl:with-param name="id" select="$id"/></xsl:call-template>
          </div>
        </details>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="program-name">
    <xsl:param name="id"/>
    <xsl:variable name="title" select="key('l', concat($id, ' title'))/p:in[@language = $language]"/>
    <xsl:choose>
      <xsl:when test="$title"><xsl:value-of select="$title"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="key('program', $id)/@name"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="program-body">
    <xsl:param name="id"/>
    <xsl:choose>
      <xsl:when test="$id = 'thunderbird'"><xsl:call-template name="thunderbird"/></xsl:when>
      <xsl:when test="$id = 'thunderbird-android'"><xsl:call-template name="thunderbird-android"/></xsl:when>
      <xsl:when test="$id = 'gmail'"><xsl:call-template name="gmail"/></xsl:when>
      <xsl:when test="$id = 'samsung'"><xsl:call-template name="samsung"/></xsl:when>
      <xsl:when test="$id = 'outlook-mobile'"><xsl:call-template name="outlook-mobile"/></xsl:when>
      <xsl:when test="$id = 'outlook-new'"><xsl:call-template name="outlook-new"/></xsl:when>
      <xsl:when test="$id = 'outlook-classic'"><xsl:call-template name="outlook-classic"/></xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- From the steps of a program to the table of its fields. -->
  <xsl:template name="to-fields">
    <xsl:param name="id"/>
    <xsl:if test="key('program', $id)/p:fields and not($print)">
      <p><a class="link" href="#fields-{$id}"><xsl:apply-templates select="key('t', 'add.fields')"/></a></p>
    </xsl:if>
  </xsl:template>

  <xsl:template name="install">
    <xsl:param name="text"/>
    <p><a class="button install" href="{$profile/@href}"><xsl:apply-templates select="$text"/></a></p>
  </xsl:template>

  <xsl:template name="iphone">
    <xsl:if test="$device = 'android' and not($print)"><xsl:call-template name="continue"/></xsl:if>
    <xsl:if test="$page/@cannot-install = 'yes'">
      <div class="stop" id="safari">
        <p class="question"><xsl:apply-templates select="key('t', 'iphone.safari.heading')"/></p>
        <xsl:apply-templates select="key('t', 'iphone.safari')" mode="p"/>
        <xsl:if test="$link/@href">
          <p>
            <code>
              <xsl:attribute name="data-copy"><xsl:value-of select="key('t', 'copy.link')"/></xsl:attribute>
              <xsl:value-of select="$link/@href"/>
            </code>
          </p>
        </xsl:if>
      </div>
    </xsl:if>
    <xsl:choose>
      <xsl:when test="$profile">
        <ol class="steps">
          <xsl:apply-templates select="key('t', 'iphone.remove')" mode="li"/>
          <xsl:if test="$print"><xsl:apply-templates select="key('t', 'print.scan')" mode="li"/></xsl:if>
          <li>
            <xsl:apply-templates select="key('t', 'iphone.step.tap')"/>
            <xsl:call-template name="install"><xsl:with-param name="text" select="key('t', 'iphone.install')"/></xsl:call-template>
          </li>
          <xsl:apply-templates select="key('t', 'iphone.step.settings')" mode="li"/>
          <xsl:apply-templates select="key('t', 'iphone.step.allow')" mode="li"/>
          <li>
            <xsl:if test="not($for/@address)">
              <xsl:apply-templates select="key('t', 'iphone.step.domain')"/>
              <xsl:text> </xsl:text>
            </xsl:if>
            <xsl:apply-templates select="key('t', 'iphone.step.password')"/>
          </li>
        </ol>
        <p class="note">
          <xsl:apply-templates select="key('t', 'iphone.minutes')"/>
          <xsl:text> </xsl:text>
          <xsl:choose>
            <xsl:when test="$for/@address"><xsl:apply-templates select="key('t', 'iphone.again')"/></xsl:when>
            <xsl:otherwise><xsl:apply-templates select="key('t', 'iphone.again.domain')"/></xsl:otherwise>
          </xsl:choose>
        </p>
        <xsl:call-template name="more-profiles">
          <xsl:with-param name="profiles" select="$page/p:profile[@content != 'mail']"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <ol class="steps">
          <xsl:apply-templates select="key('t', 'iphone.remove')" mode="li"/>
          <xsl:apply-templates select="key('t', 'iphone.manual')" mode="li"/>
        </ol>
      </xsl:otherwise>
    </xsl:choose>
    <div id="iphone-profile">
      <h4><xsl:apply-templates select="key('t', 'iphone.profile')"/></h4>
      <xsl:apply-templates select="key('t', 'iphone.profile.text')" mode="p"/>
    </div>
    <xsl:if test="$activesync"><xsl:apply-templates select="key('t', 'iphone.exchange')" mode="p"/></xsl:if>
    <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'iphone'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="more-profiles">
    <xsl:param name="profiles"/>
    <xsl:if test="$profiles">
      <h4><xsl:apply-templates select="key('t', 'iphone.choice')"/></h4>
      <xsl:apply-templates select="key('t', 'iphone.choice.text')" mode="p"/>
      <ul class="choices">
        <xsl:for-each select="$profiles">
          <li>
            <a class="button quiet" href="{@href}"><xsl:apply-templates select="key('t', concat('iphone.choice.', @content))"/></a>
            <xsl:text> </xsl:text>
            <span><xsl:apply-templates select="key('t', concat('iphone.choice.', @content, '.text'))"/></span>
          </li>
        </xsl:for-each>
      </ul>
    </xsl:if>
  </xsl:template>

  <!-- Point 1 of a phone does not speak of computers. -->
  <xsl:template name="keep-old">
    <xsl:if test="$phone"><xsl:apply-templates select="key('t', 'before.computer')" mode="p"/></xsl:if>
  </xsl:template>

  <xsl:template name="mac">
    <xsl:call-template name="keep-old"/>
    <xsl:if test="$device = 'mac' and not($print)">
      <p class="ipad">
        <xsl:apply-templates select="key('t', 'mac.ipad')"/>
        <xsl:text> </xsl:text>
        <a class="link" href="#iphone"><xsl:apply-templates select="key('t', 'mac.ipad.link')"/></a>
      </p>
    </xsl:if>
    <xsl:choose>
      <xsl:when test="$profile">
        <ol class="steps">
          <xsl:if test="$print"><xsl:apply-templates select="key('t', 'print.open')" mode="li"/></xsl:if>
          <li>
            <xsl:apply-templates select="key('t', 'mac.step.download')"/>
            <xsl:call-template name="install"><xsl:with-param name="text" select="key('t', 'mac.install')"/></xsl:call-template>
          </li>
          <xsl:apply-templates select="key('t', 'mac.step.settings')" mode="li"/>
          <xsl:apply-templates select="key('t', 'mac.step.install')" mode="li"/>
          <li>
            <xsl:if test="not($for/@address)">
              <xsl:apply-templates select="key('t', 'mac.step.domain')"/>
              <xsl:text> </xsl:text>
            </xsl:if>
            <xsl:apply-templates select="key('t', 'mac.step.password')"/>
          </li>
          <xsl:apply-templates select="key('t', 'mac.step.remove')" mode="li"/>
        </ol>
        <xsl:if test="not($for/@address)">
          <p class="note"><xsl:apply-templates select="key('t', 'iphone.again.domain')"/></p>
        </xsl:if>
        <xsl:call-template name="more-profiles">
          <xsl:with-param name="profiles" select="$page/p:profile[@content = 'all']"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <ol class="steps">
          <xsl:apply-templates select="key('t', 'mac.manual')" mode="li"/>
          <xsl:apply-templates select="key('t', 'mac.step.remove')" mode="li"/>
        </ol>
      </xsl:otherwise>
    </xsl:choose>
    <p class="note"><xsl:apply-templates select="key('t', 'mac.automatic')"/></p>
    <h4><xsl:apply-templates select="key('t', 'iphone.profile')"/></h4>
    <xsl:apply-templates select="key('t', 'mac.profile.text')" mode="p"/>
    <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'mac'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="android">
    <xsl:call-template name="program">
      <xsl:with-param name="id" select="'thunderbird-android'"/>
      <xsl:with-param name="open" select="$device = 'android'"/>
    </xsl:call-template>
    <xsl:call-template name="program"><xsl:with-param name="id" select="'gmail'"/></xsl:call-template>
    <xsl:call-template name="program"><xsl:with-param name="id" select="'samsung'"/></xsl:call-template>
    <xsl:call-template name="program"><xsl:with-param name="id" select="'outlook-mobile'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="windows">
    <xsl:call-template name="keep-old"/>
    <xsl:apply-templates select="key('t', 'windows.which')" mode="p"/>
    <xsl:call-template name="program"><xsl:with-param name="id" select="'outlook-classic'"/></xsl:call-template>
    <xsl:call-template name="program"><xsl:with-param name="id" select="'outlook-new'"/></xsl:call-template>
    <xsl:call-template name="program"><xsl:with-param name="id" select="'thunderbird'"/></xsl:call-template>
    <h4><xsl:apply-templates select="key('t', 'windows.mail')"/></h4>
    <xsl:apply-templates select="key('t', 'windows.mail.text')" mode="p"/>
  </xsl:template>

  <xsl:template name="linux">
    <xsl:call-template name="keep-old"/>
    <h4><xsl:call-template name="program-name"><xsl:with-param name="id" select="'thunderbird'"/></xsl:call-template></h4>
    <xsl:call-template name="thunderbird"/>
    <p class="note"><xsl:apply-templates select="key('t', 'linux.other')"/></p>
  </xsl:template>

  <xsl:template name="web">
    <xsl:choose>
      <xsl:when test="$webmail">
        <xsl:apply-templates select="key('t', 'web.text')" mode="p"/>
        <p><a class="button quiet" href="{$webmail}"><xsl:apply-templates select="key('t', 'web.open')"/></a></p>
      </xsl:when>
      <xsl:otherwise><xsl:apply-templates select="key('t', 'web.none')" mode="p"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="thunderbird">
    <p class="why"><xsl:apply-templates select="key('t', 'thunderbird.why')"/></p>
    <ol class="steps">
      <xsl:apply-templates select="key('t', 'thunderbird.step.add')" mode="li"/>
      <xsl:choose>
        <xsl:when test="$for/@address"><xsl:apply-templates select="key('t', 'thunderbird.step.address')" mode="li"/></xsl:when>
        <xsl:otherwise><xsl:apply-templates select="key('t', 'thunderbird.step.address.domain')" mode="li"/></xsl:otherwise>
      </xsl:choose>
      <xsl:apply-templates select="key('t', 'thunderbird.step.password')" mode="li"/>
      <xsl:apply-templates select="key('t', 'thunderbird.step.remove')" mode="li"/>
    </ol>
    <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'thunderbird'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="thunderbird-android">
    <p class="why"><xsl:apply-templates select="key('t', 'thunderbird-android.why')"/></p>
    <ol class="steps">
      <xsl:apply-templates select="key('t', 'thunderbird-android.step.install')" mode="li"/>
      <xsl:choose>
        <xsl:when test="$for/@address"><xsl:apply-templates select="key('t', 'thunderbird-android.step.address')" mode="li"/></xsl:when>
        <xsl:otherwise><xsl:apply-templates select="key('t', 'thunderbird-android.step.address.domain')" mode="li"/></xsl:otherwise>
      </xsl:choose>
      <xsl:apply-templates select="key('t', 'thunderbird-android.step.password')" mode="li"/>
      <xsl:apply-templates select="key('t', 'thunderbird-android.step.remove')" mode="li"/>
    </ol>
    <xsl:choose>
      <xsl:when test="not($thunderbird-qr)"/>
      <xsl:when test="$device = 'android' and not($print)">
        <!-- A phone cannot scan itself. -->
        <details>
          <summary><xsl:apply-templates select="key('t', 'thunderbird-android.scan')"/></summary>
          <div class="body"><xsl:call-template name="import"/></div>
        </details>
      </xsl:when>
      <xsl:otherwise><xsl:call-template name="import"/></xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'thunderbird-android'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="import">
    <div class="scan import">
      <xsl:call-template name="code">
        <xsl:with-param name="qr" select="$thunderbird-qr"/>
        <xsl:with-param name="alt" select="key('t', 'thunderbird-android.scan.alt')"/>
      </xsl:call-template>
      <div>
        <xsl:if test="$device != 'android' or $print">
          <p class="question"><xsl:apply-templates select="key('t', 'thunderbird-android.scan')"/></p>
        </xsl:if>
        <xsl:apply-templates select="key('t', 'thunderbird-android.scan.text')" mode="p"/>
      </div>
    </div>
  </xsl:template>

  <xsl:template name="gmail">
    <ol class="steps">
      <xsl:apply-templates select="key('t', 'gmail.step.remove')" mode="li"/>
      <xsl:apply-templates select="key('t', 'gmail.step.add')" mode="li"/>
      <xsl:apply-templates select="key('t', 'gmail.step.imap')" mode="li"/>
    </ol>
    <xsl:if test="$activesync"><p class="note"><xsl:apply-templates select="key('t', 'gmail.exchange')"/></p></xsl:if>
    <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'gmail'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="samsung">
    <ol class="steps">
      <xsl:apply-templates select="key('t', 'samsung.step.remove')" mode="li"/>
      <xsl:apply-templates select="key('t', 'samsung.step.add')" mode="li"/>
      <xsl:apply-templates select="key('t', 'samsung.step.imap')" mode="li"/>
    </ol>
    <xsl:if test="$activesync"><p class="note"><xsl:apply-templates select="key('t', 'samsung.exchange')"/></p></xsl:if>
    <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'samsung'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="outlook-mobile">
    <ol class="steps">
      <xsl:apply-templates select="key('t', 'outlook-mobile.step.remove')" mode="li"/>
      <xsl:apply-templates select="key('t', 'outlook-mobile.step.add')" mode="li"/>
      <xsl:apply-templates select="key('t', 'outlook-mobile.step.imap')" mode="li"/>
    </ol>
    <p class="note"><xsl:apply-templates select="key('t', 'add.microsoft')"/></p>
    <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'outlook-mobile'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="outlook-new">
    <ol class="steps">
      <xsl:apply-templates select="key('t', 'outlook-new.step.add')" mode="li"/>
      <xsl:apply-templates select="key('t', 'outlook-new.step.imap')" mode="li"/>
      <xsl:apply-templates select="key('t', 'outlook-new.step.password')" mode="li"/>
      <xsl:apply-templates select="key('t', 'outlook-new.step.remove')" mode="li"/>
    </ol>
    <p class="note"><xsl:apply-templates select="key('t', 'add.microsoft')"/></p>
    <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'outlook-new'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="outlook-classic">
    <ol class="steps">
      <xsl:choose>
        <xsl:when test="$outlook-first"><xsl:apply-templates select="key('t', 'outlook-classic.step.export')" mode="li"/></xsl:when>
        <xsl:otherwise><xsl:apply-templates select="key('t', 'before.outlook')" mode="li"/></xsl:otherwise>
      </xsl:choose>
      <xsl:choose>
        <xsl:when test="$exchange">
          <xsl:apply-templates select="key('t', 'outlook-classic.step.exchange')" mode="li"/>
          <xsl:apply-templates select="key('t', 'outlook-classic.step.password')" mode="li"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:apply-templates select="key('t', 'outlook-classic.step.add')" mode="li"/>
          <xsl:apply-templates select="key('t', 'outlook-classic.step.imap')" mode="li"/>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:apply-templates select="key('t', 'outlook-classic.step.remove')" mode="li"/>
    </ol>
    <xsl:if test="not($exchange)">
      <xsl:call-template name="to-fields"><xsl:with-param name="id" select="'outlook-classic'"/></xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- 3. Did it work? -->

  <xsl:template name="check">
    <section class="card" id="check">
      <h2><span class="n">3</span><xsl:text> </xsl:text><xsl:apply-templates select="key('t', 'check.heading')"/></h2>
      <ul class="points">
        <xsl:if test="$site/@welcome"><xsl:apply-templates select="key('t', 'check.welcome')" mode="li"/></xsl:if>
        <xsl:apply-templates select="key('t', 'check.send')" mode="li"/>
        <xsl:if test="$webmail"><xsl:apply-templates select="key('t', 'check.webmail')" mode="li"/></xsl:if>
      </ul>
      <table class="symptoms" role="table">
        <caption><xsl:apply-templates select="key('t', 'symptom.caption')"/></caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader"><xsl:apply-templates select="key('t', 'symptom.column')"/></th>
            <th scope="col" role="columnheader"><xsl:apply-templates select="key('t', 'symptom.remedy')"/></th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          <xsl:call-template name="symptom"><xsl:with-param name="key" select="'symptom.identity'"/></xsl:call-template>
          <xsl:call-template name="symptom"><xsl:with-param name="key" select="'symptom.password'"/></xsl:call-template>
          <xsl:call-template name="symptom"><xsl:with-param name="key" select="'symptom.send'"/></xsl:call-template>
          <xsl:if test="$profile">
            <xsl:call-template name="symptom"><xsl:with-param name="key" select="'symptom.profile'"/></xsl:call-template>
          </xsl:if>
          <xsl:call-template name="symptom"><xsl:with-param name="key" select="'symptom.empty'"/></xsl:call-template>
        </tbody>
      </table>
    </section>
  </xsl:template>

  <xsl:template name="symptom">
    <xsl:param name="key"/>
    <tr role="row">
      <th scope="row" role="rowheader"><xsl:apply-templates select="key('t', $key)"/></th>
      <td role="cell"><xsl:apply-templates select="key('t', concat($key, '.text'))"/></td>
    </tr>
  </xsl:template>

  <!-- Settings to type by hand -->

  <xsl:template name="manual">
    <section class="card" id="manual">
      <h2><xsl:apply-templates select="key('t', 'manual.heading')"/></h2>
      <xsl:apply-templates select="key('t', 'manual.text')" mode="p"/>
      <div class="servers">
        <xsl:apply-templates select="$incoming"/>
        <xsl:apply-templates select="$smtp"/>
      </div>
      <xsl:apply-templates select="key('t', 'manual.smtp.login')" mode="p"><xsl:with-param name="class" select="'note'"/></xsl:apply-templates>
      <xsl:if test="$imap and $pop3"><xsl:call-template name="pop"/></xsl:if>
      <xsl:variable name="programs" select="$page/p:programs/p:program[p:fields]"/>
      <xsl:if test="$programs">
        <h3 class="by-program"><xsl:apply-templates select="key('t', 'program.heading')"/></h3>
        <xsl:apply-templates select="key('t', 'program.text')" mode="p"/>
        <div class="programs"><xsl:apply-templates select="$programs"/></div>
      </xsl:if>
    </section>
  </xsl:template>

  <xsl:template name="pop">
    <xsl:choose>
      <xsl:when test="$print">
        <h3><xsl:apply-templates select="key('t', 'pop.heading')"/></h3>
        <xsl:apply-templates select="key('t', 'pop.text')" mode="p"/>
        <xsl:apply-templates select="$pop3"/>
      </xsl:when>
      <xsl:otherwise>
        <details id="pop">
          <summary><h3><xsl:apply-templates select="key('t', 'pop.heading')"/></h3></summary>
          <div class="body">
            <xsl:apply-templates select="key('t', 'pop.text')" mode="p"/>
            <xsl:apply-templates select="$pop3"/>
          </div>
        </details>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="p:server">
    <table class="server" role="table">
      <caption><xsl:apply-templates select="key('t', concat('manual.', @type))"/></caption>
      <tbody role="rowgroup">
        <tr role="row">
          <th scope="row" role="rowheader"><xsl:apply-templates select="key('t', 'manual.hostname')"/></th>
          <td role="cell"><xsl:apply-templates select="@hostname"/></td>
        </tr>
        <tr role="row">
          <th scope="row" role="rowheader"><xsl:apply-templates select="key('t', 'manual.port')"/></th>
          <td role="cell"><xsl:apply-templates select="@port"/></td>
        </tr>
        <tr role="row">
          <th scope="row" role="rowheader"><xsl:apply-templates select="key('t', 'manual.security')"/></th>
          <td role="cell"><xsl:apply-templates select="key('t', concat('security.', @security))"/></td>
        </tr>
        <tr role="row">
          <th scope="row" role="rowheader"><xsl:apply-templates select="key('t', 'manual.username')"/></th>
          <td role="cell"><xsl:call-template name="username"><xsl:with-param name="server" select="."/></xsl:call-template></td>
        </tr>
        <tr role="row">
          <th scope="row" role="rowheader"><xsl:apply-templates select="key('t', 'manual.password')"/></th>
          <td role="cell"><xsl:apply-templates select="key('t', 'value.password')"/></td>
        </tr>
        <tr role="row">
          <th scope="row" role="rowheader"><xsl:apply-templates select="key('t', 'manual.authentication')"/></th>
          <td role="cell">
            <xsl:call-template name="setting">
              <xsl:with-param name="key" select="concat('authentication.', @authentication)"/>
            </xsl:call-template>
          </td>
        </tr>
      </tbody>
    </table>
  </xsl:template>

  <!-- A value to be copied; its button is named after what it is. -->
  <xsl:template match="p:server/@hostname | p:server/@port">
    <code>
      <xsl:attribute name="data-copy">
        <xsl:value-of select="key('t', concat('copy.', ../@type, '.', name()))"/>
      </xsl:attribute>
      <xsl:value-of select="."/>
    </code>
  </xsl:template>

  <xsl:template name="username">
    <xsl:param name="server"/>
    <xsl:choose>
      <xsl:when test="$server/@username and $print">
        <xsl:call-template name="value"><xsl:with-param name="of" select="$server/@username"/></xsl:call-template>
      </xsl:when>
      <xsl:when test="$server/@username">
        <code>
          <xsl:attribute name="data-copy"><xsl:value-of select="key('t', 'copy.username')"/></xsl:attribute>
          <xsl:value-of select="$server/@username"/>
        </code>
      </xsl:when>
      <xsl:otherwise><xsl:apply-templates select="key('t', 'value.username')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- "security.SSL", "authentication.NTLM": as a text, else the word itself. -->
  <xsl:template name="setting">
    <xsl:param name="key"/>
    <xsl:variable name="text" select="key('t', $key)"/>
    <xsl:apply-templates select="$text"/>
    <xsl:if test="not($text)"><xsl:value-of select="substring-after($key, '.')"/></xsl:if>
  </xsl:template>

  <xsl:template match="p:program">
    <xsl:variable name="manual" select="key('t', concat(@id, '.manual'))"/>
    <xsl:choose>
      <xsl:when test="$print">
        <section class="fields">
          <h4><xsl:call-template name="program-name"><xsl:with-param name="id" select="@id"/></xsl:call-template></h4>
          <xsl:apply-templates select="$manual" mode="p"/>
          <xsl:apply-templates select="p:fields"/>
        </section>
      </xsl:when>
      <xsl:otherwise>
        <details id="fields-{@id}">
          <summary><h4><xsl:call-template name="program-name"><xsl:with-param name="id" select="@id"/></xsl:call-template></h4></summary>
          <div class="body">
            <xsl:apply-templates select="$manual" mode="p"/>
            <xsl:apply-templates select="p:fields"/>
          </div>
        </details>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="p:fields">
    <table>
      <caption><xsl:apply-templates select="key('t', 'program.caption')"/></caption>
      <xsl:apply-templates select="*"/>
    </table>
    <xsl:apply-templates select="../p:checked[@date]"/>
  </xsl:template>

  <xsl:template match="p:checked">
    <xsl:variable name="date">
      <xsl:call-template name="date">
        <xsl:with-param name="day" select="number(substring(@date, 9, 2))"/>
        <xsl:with-param name="month" select="number(substring(@date, 6, 2))"/>
        <xsl:with-param name="year" select="substring(@date, 1, 4)"/>
      </xsl:call-template>
    </xsl:variable>
    <p>
      <xsl:choose>
        <xsl:when test="@how = 'guides'">
          <xsl:apply-templates select="key('t', 'program.checked.guides')"><xsl:with-param name="date" select="$date"/></xsl:apply-templates>
        </xsl:when>
        <xsl:when test="@version">
          <xsl:apply-templates select="key('t', 'program.checked')">
            <xsl:with-param name="date" select="$date"/>
            <xsl:with-param name="version" select="@version"/>
          </xsl:apply-templates>
        </xsl:when>
        <xsl:otherwise>
          <xsl:apply-templates select="key('t', 'program.checked.date')"><xsl:with-param name="date" select="$date"/></xsl:apply-templates>
        </xsl:otherwise>
      </xsl:choose>
    </p>
  </xsl:template>

  <xsl:template match="p:group">
    <tr>
      <th colspan="2"><xsl:call-template name="heading-label"/></th>
    </tr>
  </xsl:template>

  <!-- The label of the field or group in a cell that has nothing else. -->
  <xsl:template name="heading-label">
    <xsl:variable name="in" select="key('l', concat(../../@id, ' ', @label))/p:in"/>
    <xsl:variable name="own" select="$in[@language = $language]"/>
    <xsl:if test="not($own)"><xsl:attribute name="lang">en</xsl:attribute></xsl:if>
    <xsl:value-of select="$own"/>
    <xsl:if test="not($own)"><xsl:value-of select="$in[@language = 'en']"/></xsl:if>
  </xsl:template>

  <xsl:template match="p:field">
    <tr>
      <th><xsl:call-template name="heading-label"/></th>
      <td>
        <xsl:choose>
          <xsl:when test="starts-with(@value, 'incoming.')">
            <xsl:call-template name="server-value">
              <xsl:with-param name="server" select="$incoming"/>
              <xsl:with-param name="what" select="substring-after(@value, '.')"/>
            </xsl:call-template>
          </xsl:when>
          <xsl:when test="starts-with(@value, 'outgoing.')">
            <xsl:call-template name="server-value">
              <xsl:with-param name="server" select="$smtp"/>
              <xsl:with-param name="what" select="substring-after(@value, '.')"/>
            </xsl:call-template>
          </xsl:when>
          <xsl:when test="@value = 'type' and $imap">IMAP</xsl:when>
          <xsl:when test="@value = 'type'">POP</xsl:when>
          <xsl:when test="@value = 'address' and $for/@address">
            <xsl:call-template name="value"><xsl:with-param name="of" select="$for/@address"/></xsl:call-template>
          </xsl:when>
          <xsl:otherwise><xsl:apply-templates select="key('t', concat('value.', @value))"/></xsl:otherwise>
        </xsl:choose>
      </td>
    </tr>
  </xsl:template>

  <!-- The context is the field: a program may have its own words for a choice. -->
  <xsl:template name="server-value">
    <xsl:param name="server"/>
    <xsl:param name="what"/>
    <xsl:choose>
      <xsl:when test="$what = 'hostname'"><code><xsl:value-of select="$server/@hostname"/></code></xsl:when>
      <xsl:when test="$what = 'port'"><code><xsl:value-of select="$server/@port"/></code></xsl:when>
      <xsl:when test="$what = 'username' and $server/@username">
        <xsl:call-template name="value"><xsl:with-param name="of" select="$server/@username"/></xsl:call-template>
      </xsl:when>
      <xsl:when test="$what = 'username'"><xsl:apply-templates select="key('t', 'value.username')"/></xsl:when>
      <xsl:when test="$what = 'security'">
        <xsl:call-template name="choice">
          <xsl:with-param name="key" select="concat('security.', $server/@security)"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="$what = 'authentication'">
        <xsl:call-template name="choice">
          <xsl:with-param name="key" select="concat('authentication.', $server/@authentication)"/>
        </xsl:call-template>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="choice">
    <xsl:param name="key"/>
    <xsl:variable name="own" select="key('l', concat(../../@id, ' ', $key))/p:in"/>
    <xsl:choose>
      <xsl:when test="$own"><xsl:call-template name="label"><xsl:with-param name="in" select="$own"/></xsl:call-template></xsl:when>
      <xsl:otherwise><xsl:call-template name="setting"><xsl:with-param name="key" select="$key"/></xsl:call-template></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Help, at the same place of every page -->

  <xsl:template name="help">
    <section class="card" id="help">
      <h2><xsl:apply-templates select="key('t', 'help.heading')"/></h2>
      <xsl:if test="$site/@support"><p><xsl:value-of select="$site/@support"/></p></xsl:if>
      <dl>
        <xsl:if test="$site/@phone">
          <div>
            <dt><xsl:apply-templates select="key('t', 'help.phone')"/></dt>
            <dd><xsl:call-template name="phone"/></dd>
          </div>
        </xsl:if>
        <xsl:if test="$site/@hours">
          <div>
            <dt><xsl:apply-templates select="key('t', 'help.hours')"/></dt>
            <dd><xsl:value-of select="$site/@hours"/></dd>
          </div>
        </xsl:if>
        <xsl:if test="$site/@email">
          <div>
            <dt><xsl:apply-templates select="key('t', 'help.email')"/></dt>
            <dd>
              <xsl:choose>
                <xsl:when test="contains($site/@email, '@') and translate($site/@email, '?&amp;%#:/ ', '') = $site/@email">
                  <a href="mailto:{$site/@email}"><xsl:value-of select="$site/@email"/></a>
                </xsl:when>
                <xsl:otherwise><xsl:value-of select="$site/@email"/></xsl:otherwise>
              </xsl:choose>
            </dd>
          </div>
        </xsl:if>
        <xsl:if test="starts-with($site/@help, 'https://') or starts-with($site/@help, 'http://')">
          <div>
            <dt><xsl:apply-templates select="key('t', 'help.link')"/></dt>
            <dd><a href="{$site/@help}"><xsl:value-of select="substring-after($site/@help, '://')"/></a></dd>
          </div>
        </xsl:if>
      </dl>
      <xsl:if test="$for"><xsl:apply-templates select="key('t', 'help.tell')" mode="p"/></xsl:if>
      <p class="note"><xsl:apply-templates select="key('t', 'help.password')"/></p>
    </section>
    <xsl:if test="$print"><xsl:call-template name="sheet-foot"/></xsl:if>
  </xsl:template>

  <!-- The foot -->

  <xsl:template name="foot">
    <footer class="foot">
      <xsl:if test="$page-qr">
        <xsl:call-template name="code">
          <xsl:with-param name="qr" select="$page-qr"/>
          <xsl:with-param name="alt" select="key('t', 'foot.qr')"/>
        </xsl:call-template>
      </xsl:if>
      <div>
        <xsl:if test="$page-qr"><xsl:apply-templates select="key('t', 'foot.scan')" mode="p"/></xsl:if>
        <xsl:if test="$link/@href">
          <p>
            <xsl:apply-templates select="key('t', 'foot.page')"/>
            <br/>
            <code>
              <xsl:attribute name="data-copy"><xsl:value-of select="key('t', 'copy.link')"/></xsl:attribute>
              <xsl:value-of select="$link/@href"/>
            </code>
          </p>
        </xsl:if>
        <xsl:if test="$link/@until"><xsl:apply-templates select="key('t', 'foot.until')" mode="p"/></xsl:if>
        <xsl:if test="$served">
          <p class="links">
            <a class="link" href="{$link/@print}"><xsl:apply-templates select="key('t', 'foot.print')"/></a>
            <xsl:text> </xsl:text>
            <a class="link" href="{$link/@text}"><xsl:apply-templates select="key('t', 'foot.text')"/></a>
          </p>
        </xsl:if>
      </div>
    </footer>
  </xsl:template>

  <!-- At the foot of each sheet of the print view. -->
  <xsl:template name="sheet-foot">
    <div class="foot">
      <xsl:if test="$page-qr">
        <xsl:call-template name="code">
          <xsl:with-param name="qr" select="$page-qr"/>
          <xsl:with-param name="alt" select="key('t', 'foot.qr')"/>
        </xsl:call-template>
      </xsl:if>
      <p>
        <xsl:value-of select="$site/@name"/>
        <xsl:if test="$site/@phone"> · <xsl:value-of select="$site/@phone"/></xsl:if>
        <xsl:if test="$page-qr"><br/><xsl:apply-templates select="key('t', 'foot.scan')"/></xsl:if>
        <xsl:if test="$link/@href"><br/><code><xsl:value-of select="$link/@href"/></code></xsl:if>
        <xsl:if test="$link/@until"><br/><xsl:apply-templates select="key('t', 'foot.until')"/></xsl:if>
      </p>
    </div>
  </xsl:template>

  <!-- A QR code: an image, or, in a page that is one file, the drawing itself. -->
  <xsl:template name="code">
    <xsl:param name="qr"/>
    <xsl:param name="alt"/>
    <xsl:choose>
      <xsl:when test="$qr/@src">
        <img class="qr" src="{$qr/@src}" alt="{$alt}" width="180" height="180">
          <!-- The largest part of a page, and most readers never open where it is. -->
          <xsl:if test="$qr/@for = 'thunderbird' and not($print)">
            <xsl:attribute name="loading">lazy</xsl:attribute>
          </xsl:if>
        </img>
      </xsl:when>
      <xsl:otherwise><div class="qr" role="img" aria-label="{$alt}"><xsl:copy-of select="$qr/*"/></div></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
