<?xml version="1.0" encoding="UTF-8"?>
<!--
  The page as plain text: a letter that support puts into an e-mail or reads out (view "text"), and the link with three
  lines around it, to be pasted (view "share").

  Lines of the letter are broken before column 72. The values of a person may be markers that the program replaces
  later, so their length is not known: long ones stand on a line of their own.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:signpost:page">
  <xsl:output method="text" encoding="UTF-8"/>

  <xsl:key name="t" match="p:text" use="@key"/>
  <xsl:key name="l" match="p:label" use="concat(../@id, ' ', @name)"/>

  <xsl:variable name="page" select="/p:page"/>
  <xsl:variable name="site" select="$page/p:site"/>
  <xsl:variable name="language" select="string($page/@language)"/>
  <xsl:variable name="for" select="$page/p:for"/>
  <xsl:variable name="link" select="$page/p:link"/>
  <!-- The letter leads to the buttons of the page, if there is a link to it. -->
  <xsl:variable name="profile" select="$page/p:profile[@content = 'mail'][$link/@href]"/>
  <xsl:variable name="webmail" select="$page/p:web[@type = 'webmail'][starts-with(@url, 'https://')
                                       or starts-with(@url, 'http://')]/@url"/>
  <xsl:variable name="colon" select="string(key('t', 'colon'))"/>
  <xsl:variable name="columns" select="72"/>
  <xsl:variable name="rule" select="'========================================================================'"/>

  <xsl:template match="/p:page">
    <xsl:choose>
      <xsl:when test="@kind != 'settings'"><xsl:call-template name="no-settings"/></xsl:when>
      <xsl:when test="@view = 'share'"><xsl:call-template name="share"/></xsl:when>
      <xsl:otherwise><xsl:call-template name="letter"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Texts -->

  <xsl:template match="p:text | p:b">
    <xsl:apply-templates/>
  </xsl:template>

  <xsl:template match="p:v">
    <xsl:choose>
      <xsl:when test="@name = 'address'"><xsl:value-of select="$for/@address"/></xsl:when>
      <xsl:when test="@name = 'domain'"><xsl:value-of select="$for/@domain"/></xsl:when>
      <xsl:when test="@name = 'phone'"><xsl:value-of select="translate($site/@phone, ' ', '&#xA0;')"/></xsl:when>
      <xsl:when test="@name = 'webmail'"><xsl:value-of select="key('t', 'webmail.word')"/></xsl:when>
      <xsl:when test="@name = 'date'"><xsl:value-of select="$link/@until"/></xsl:when>
      <xsl:when test="@name = 'site'"><xsl:value-of select="$site/@name"/></xsl:when>
      <xsl:when test="@name = 'welcome'"><xsl:value-of select="$site/@welcome"/></xsl:when>
      <xsl:when test="@name = 'install'"><xsl:apply-templates select="key('t', 'iphone.install')"/></xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="p:l">
    <xsl:variable name="program">
      <xsl:value-of select="@program"/>
      <xsl:if test="not(@program)"><xsl:value-of select="substring-before(ancestor::p:text/@key, '.')"/></xsl:if>
    </xsl:variable>
    <xsl:variable name="in" select="key('l', concat($program, ' ', @name))/p:in"/>
    <xsl:choose>
      <xsl:when test="$in[@language = $language]"><xsl:value-of select="$in[@language = $language]"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$in[@language = 'en']"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Lines -->

  <xsl:template name="line">
    <xsl:param name="text"/>
    <xsl:value-of select="$text"/>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>

  <!-- A paragraph: broken between words, its lines after the first indented. -->
  <xsl:template name="wrap">
    <xsl:param name="text"/>
    <xsl:param name="first" select="''"/>
    <xsl:param name="indent" select="''"/>
    <xsl:variable name="words" select="normalize-space($text)"/>
    <xsl:variable name="room" select="$columns - string-length($first)"/>
    <xsl:choose>
      <xsl:when test="string-length($words) &lt;= $room">
        <xsl:value-of select="concat($first, $words, '&#10;')"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:variable name="length">
          <xsl:call-template name="fitting">
            <xsl:with-param name="words" select="$words"/>
            <xsl:with-param name="length" select="$room"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:value-of select="concat($first, substring($words, 1, $length), '&#10;')"/>
        <xsl:if test="string-length($words) &gt; $length">
          <xsl:call-template name="wrap">
            <xsl:with-param name="text" select="substring($words, $length + 1)"/>
            <xsl:with-param name="first" select="$indent"/>
            <xsl:with-param name="indent" select="$indent"/>
          </xsl:call-template>
        </xsl:if>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- How many characters go into a line: up to the last blank in it, else the first word, whole. -->
  <xsl:template name="fitting">
    <xsl:param name="words"/>
    <xsl:param name="length"/>
    <xsl:choose>
      <xsl:when test="$length &lt; 1 and contains($words, ' ')">
        <xsl:value-of select="string-length(substring-before($words, ' '))"/>
      </xsl:when>
      <xsl:when test="$length &lt; 1"><xsl:value-of select="string-length($words)"/></xsl:when>
      <xsl:when test="substring($words, $length + 1, 1) = ' '"><xsl:value-of select="$length"/></xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="fitting">
          <xsl:with-param name="words" select="$words"/>
          <xsl:with-param name="length" select="$length - 1"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="paragraph">
    <xsl:param name="key"/>
    <xsl:call-template name="wrap">
      <xsl:with-param name="text"><xsl:apply-templates select="key('t', $key)"/></xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="heading">
    <xsl:param name="key"/>
    <xsl:param name="number"/>
    <xsl:variable name="text">
      <xsl:value-of select="$number"/>
      <xsl:apply-templates select="key('t', $key)"/>
    </xsl:variable>
    <xsl:value-of select="concat('&#10;', normalize-space($text), '&#10;')"/>
    <xsl:value-of select="concat(translate(substring($rule, 1, string-length(normalize-space($text))), '=', '-'), '&#10;')"/>
  </xsl:template>

  <!-- "- Windows: ..." -->
  <xsl:template name="item">
    <xsl:param name="key"/>
    <xsl:param name="title"/>
    <xsl:call-template name="wrap">
      <xsl:with-param name="text">
        <xsl:if test="$title"><xsl:apply-templates select="key('t', $title)"/><xsl:value-of select="$colon"/></xsl:if>
        <xsl:apply-templates select="key('t', $key)"/>
      </xsl:with-param>
      <xsl:with-param name="first" select="'- '"/>
      <xsl:with-param name="indent" select="'  '"/>
    </xsl:call-template>
  </xsl:template>

  <!-- The letter -->

  <xsl:template name="letter">
    <xsl:choose>
      <xsl:when test="$for/@address"><xsl:call-template name="line"><xsl:with-param name="text">
        <xsl:apply-templates select="key('t', 'heading.person')"/></xsl:with-param></xsl:call-template></xsl:when>
      <xsl:otherwise><xsl:call-template name="line"><xsl:with-param name="text">
        <xsl:apply-templates select="key('t', 'heading.domain')"/></xsl:with-param></xsl:call-template></xsl:otherwise>
    </xsl:choose>
    <xsl:value-of select="concat($rule, '&#10;')"/>
    <xsl:call-template name="wrap">
      <xsl:with-param name="text">
        <xsl:apply-templates select="key('t', 'lead')"/>
        <xsl:text> </xsl:text>
        <xsl:apply-templates select="key('t', 'lead.password')"/>
      </xsl:with-param>
    </xsl:call-template>
    <xsl:if test="$link/@href">
      <xsl:call-template name="line"/>
      <xsl:call-template name="paragraph"><xsl:with-param name="key" select="'letter.link'"/></xsl:call-template>
      <xsl:value-of select="concat($link/@href, '&#10;')"/>
    </xsl:if>
    <xsl:call-template name="before"/>
    <xsl:call-template name="devices"/>
    <xsl:call-template name="check"/>
    <xsl:call-template name="servers"/>
    <xsl:call-template name="help"/>
  </xsl:template>

  <xsl:template name="before">
    <xsl:call-template name="heading">
      <xsl:with-param name="key" select="'before.heading'"/>
      <xsl:with-param name="number" select="'1. '"/>
    </xsl:call-template>
    <xsl:call-template name="wrap">
      <xsl:with-param name="text">
        <xsl:apply-templates select="key('t', 'before.pop')"/>
        <xsl:text> </xsl:text>
        <xsl:choose>
          <xsl:when test="$site/@phone"><xsl:apply-templates select="key('t', 'before.pop.phone')"/></xsl:when>
          <xsl:otherwise><xsl:apply-templates select="key('t', 'before.pop.ask')"/></xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
    <xsl:call-template name="item"><xsl:with-param name="key" select="'before.wifi'"/></xsl:call-template>
    <xsl:call-template name="item"><xsl:with-param name="key" select="'before.outbox'"/></xsl:call-template>
    <xsl:call-template name="item"><xsl:with-param name="key" select="'before.local'"/></xsl:call-template>
    <xsl:call-template name="item"><xsl:with-param name="key" select="'before.outlook'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="devices">
    <xsl:call-template name="heading">
      <xsl:with-param name="key" select="'add.heading'"/>
      <xsl:with-param name="number" select="'2. '"/>
    </xsl:call-template>
    <xsl:choose>
      <xsl:when test="$profile">
        <xsl:call-template name="item">
          <xsl:with-param name="title" select="'device.iphone'"/>
          <xsl:with-param name="key" select="'letter.iphone'"/>
        </xsl:call-template>
        <xsl:call-template name="item">
          <xsl:with-param name="title" select="'device.mac'"/>
          <xsl:with-param name="key" select="'letter.mac'"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="item">
          <xsl:with-param name="title" select="'device.iphone'"/>
          <xsl:with-param name="key" select="'iphone.manual'"/>
        </xsl:call-template>
        <xsl:call-template name="item">
          <xsl:with-param name="title" select="'device.mac'"/>
          <xsl:with-param name="key" select="'mac.manual'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="item">
      <xsl:with-param name="title" select="'device.android'"/>
      <xsl:with-param name="key" select="'letter.android'"/>
    </xsl:call-template>
    <xsl:call-template name="item">
      <xsl:with-param name="title" select="'device.windows'"/>
      <xsl:with-param name="key" select="'letter.windows'"/>
    </xsl:call-template>
    <xsl:call-template name="item">
      <xsl:with-param name="title" select="'device.linux'"/>
      <xsl:with-param name="key" select="'letter.linux'"/>
    </xsl:call-template>
    <xsl:call-template name="paragraph"><xsl:with-param name="key" select="'letter.remove'"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="check">
    <xsl:call-template name="heading">
      <xsl:with-param name="key" select="'check.heading'"/>
      <xsl:with-param name="number" select="'3. '"/>
    </xsl:call-template>
    <xsl:if test="$site/@welcome">
      <xsl:call-template name="item"><xsl:with-param name="key" select="'check.welcome'"/></xsl:call-template>
    </xsl:if>
    <xsl:call-template name="item"><xsl:with-param name="key" select="'check.send'"/></xsl:call-template>
  </xsl:template>

  <!-- The table: a setting and its value on one line, whatever the length. -->
  <xsl:template name="servers">
    <xsl:call-template name="heading"><xsl:with-param name="key" select="'manual.heading'"/></xsl:call-template>
    <xsl:apply-templates select="$page/p:server[@type = 'imap']"/>
    <xsl:apply-templates select="$page/p:server[@type = 'smtp']"/>
    <xsl:call-template name="setting">
      <xsl:with-param name="key" select="'manual.username'"/>
      <xsl:with-param name="value">
        <xsl:variable name="username" select="$page/p:server[@username]/@username"/>
        <xsl:value-of select="$username"/>
        <xsl:if test="not($username)"><xsl:apply-templates select="key('t', 'value.username')"/></xsl:if>
      </xsl:with-param>
    </xsl:call-template>
    <xsl:call-template name="setting">
      <xsl:with-param name="key" select="'manual.password'"/>
      <xsl:with-param name="value"><xsl:apply-templates select="key('t', 'value.password')"/></xsl:with-param>
    </xsl:call-template>
    <xsl:if test="$page/p:server[@type = 'pop3']">
      <xsl:if test="$page/p:server[@type = 'imap']">
        <xsl:call-template name="line">
          <xsl:with-param name="text">
            <xsl:apply-templates select="key('t', 'letter.pop')"/>
            <xsl:value-of select="substring-before($colon, ' ')"/>
          </xsl:with-param>
        </xsl:call-template>
      </xsl:if>
      <xsl:apply-templates select="$page/p:server[@type = 'pop3']"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="p:server">
    <xsl:call-template name="setting">
      <xsl:with-param name="key" select="concat('manual.', @type)"/>
      <xsl:with-param name="value" select="@hostname"/>
    </xsl:call-template>
    <xsl:call-template name="setting">
      <xsl:with-param name="key" select="'manual.port'"/>
      <xsl:with-param name="value">
        <xsl:value-of select="@port"/>
        <xsl:text>, </xsl:text>
        <xsl:apply-templates select="key('t', concat('security.', @security))"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="setting">
    <xsl:param name="key"/>
    <xsl:param name="value"/>
    <xsl:variable name="name"><xsl:apply-templates select="key('t', $key)"/></xsl:variable>
    <xsl:variable name="begin" select="concat($name, $colon)"/>
    <xsl:value-of select="concat('  ', $begin, substring('                         ', string-length($begin)), $value, '&#10;')"/>
  </xsl:template>

  <xsl:template name="help">
    <xsl:call-template name="heading"><xsl:with-param name="key" select="'help.heading'"/></xsl:call-template>
    <xsl:if test="$webmail">
      <xsl:call-template name="setting">
        <xsl:with-param name="key" select="'webmail.heading'"/>
        <xsl:with-param name="value" select="$webmail"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:if test="$site/@phone">
      <xsl:call-template name="setting">
        <xsl:with-param name="key" select="'help.phone'"/>
        <xsl:with-param name="value" select="$site/@phone"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:if test="$site/@hours">
      <xsl:call-template name="setting">
        <xsl:with-param name="key" select="'help.hours'"/>
        <xsl:with-param name="value" select="$site/@hours"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:if test="$site/@email">
      <xsl:call-template name="setting">
        <xsl:with-param name="key" select="'help.email'"/>
        <xsl:with-param name="value" select="$site/@email"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:if test="starts-with($site/@help, 'https://') or starts-with($site/@help, 'http://')">
      <xsl:call-template name="setting">
        <xsl:with-param name="key" select="'help.link'"/>
        <xsl:with-param name="value" select="$site/@help"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:if test="$site/@support">
      <xsl:call-template name="wrap"><xsl:with-param name="text" select="$site/@support"/></xsl:call-template>
    </xsl:if>
    <xsl:if test="$for">
      <xsl:call-template name="line">
        <xsl:with-param name="text"><xsl:apply-templates select="key('t', 'help.tell')"/></xsl:with-param>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- The link with three lines around it -->

  <xsl:template name="share">
    <xsl:call-template name="unbroken"><xsl:with-param name="key" select="'share.line.1'"/></xsl:call-template>
    <xsl:value-of select="concat($link/@href, '&#10;')"/>
    <xsl:call-template name="unbroken"><xsl:with-param name="key" select="'share.line.2'"/></xsl:call-template>
    <xsl:choose>
      <xsl:when test="$link/@until">
        <xsl:call-template name="unbroken"><xsl:with-param name="key" select="'share.line.3'"/></xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="unbroken"><xsl:with-param name="key" select="'share.line.3.never'"/></xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="unbroken">
    <xsl:param name="key"/>
    <xsl:variable name="text"><xsl:apply-templates select="key('t', $key)"/></xsl:variable>
    <xsl:value-of select="concat(normalize-space($text), '&#10;')"/>
  </xsl:template>

  <!-- Where there are no settings -->

  <xsl:template name="no-settings">
    <xsl:call-template name="paragraph"><xsl:with-param name="key" select="concat(@kind, '.heading')"/></xsl:call-template>
    <xsl:call-template name="line"/>
    <xsl:call-template name="paragraph"><xsl:with-param name="key" select="concat(@kind, '.text')"/></xsl:call-template>
    <xsl:call-template name="help"/>
  </xsl:template>
</xsl:stylesheet>
