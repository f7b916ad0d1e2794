/* Every sentence of a plan, each in a plan of its own. */
#include "dns/change_plan.h"
#include "dns/change_plan_print.h"

#include "plan_fixture.h"

static void tells_what_and_why(void **state)
{
	static const struct {
		const char *name;
		struct plan_texts texts;
		const char *text;
	} cases[] = {
		{ "leftovers of a panel go",
		  {
			  .desired = "@ 3600 MX 10 mx.hosting.example. ;; Mail goes to the new "
				     "servers.\n"
				     "@ 3600 TXT \"v=spf1 include:_spf.hosting.example -all\" ;; "
				     "Who may send.\n"
				     "autoconfig 3600 CNAME setup.hosting.example. ;; Settings for "
				     "mail programs.\n"
				     "autodiscover 3600 CNAME setup.hosting.example.\n"
				     "_imaps._tcp 3600 SRV 0 1 993 imap.hosting.example. ;; IMAP "
				     "with TLS.\n"
				     "_imap._tcp 3600 SRV 0 0 0 .",
			  .expected = "@ 0 MX 0 kunde.example. ;; cPanel made it.\n"
				      "@ 0 TXT \"v=spf1 +a +mx ~all\" ;; cPanel made it.\n"
				      "autoconfig 0 A 192.0.2.1 ;; cPanel made it.\n"
				      "autodiscover 0 A 192.0.2.1 ;; cPanel made it.\n"
				      "_autodiscover._tcp 0 SRV 0 0 443 "
				      "cpanelemaildiscovery.cpanel.net. ;; cPanel made it.\n"
				      "_caldavs._tcp 0 SRV 0 0 2080 kunde.example.\n"
				      "_caldavs._tcp 0 TXT \"path=/\" ;; cPanel made it.",
			  .live = "@ 86400 SOA ns.example. admin.example. 1 3600 600 604800 900\n"
				  "@ 86400 NS ns.example.\n"
				  "@ 14400 A 192.0.2.1\n"
				  "@ 14400 MX 0 kunde.example.\n"
				  "@ 14400 TXT \"v=spf1 +a +mx ~all\"\n"
				  "@ 14400 TXT \"google-site-verification=1\"\n"
				  "autoconfig 14400 A 192.0.2.1\n"
				  "autodiscover 14400 A 192.0.2.1\n"
				  "_autodiscover._tcp 14400 SRV 0 0 443 "
				  "cpanelemaildiscovery.cpanel.net.\n"
				  "_caldavs._tcp 14400 SRV 0 0 2080 kunde.example.\n"
				  "_caldavs._tcp 14400 TXT \"path=/\"\n"
				  "_caldavs._tcp 14400 TXT \"path=/mine\"\n"
				  "www 14400 A 192.0.2.1",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 14400 IN MX 0 kunde.example.   ; Replaced by 10 "
		  "mx.hosting.example.\n"
		  "+ kunde.example. 3600 IN MX 10 mx.hosting.example.   ; Mail goes to the new "
		  "servers.\n"
		  "- kunde.example. 14400 IN TXT \"v=spf1 +a +mx ~all\"   ; Replaced by \"v=spf1 "
		  "include:_spf.hosting.example -all\".\n"
		  "+ kunde.example. 14400 IN TXT \"v=spf1 include:_spf.hosting.example -all\"   ; "
		  "Who may send.\n"
		  "- _autodiscover._tcp.kunde.example. 14400 IN SRV 0 0 443 "
		  "cpanelemaildiscovery.cpanel.net.   ; cPanel made it.\n"
		  "- _caldavs._tcp.kunde.example. 14400 IN TXT \"path=/\"   ; cPanel made it.\n"
		  "- _caldavs._tcp.kunde.example. 14400 IN SRV 0 0 2080 kunde.example.   ; An old "
		  "service left it behind.\n"
		  "+ _imap._tcp.kunde.example. 3600 IN SRV 0 0 0 .   ; It belongs to the domain's "
		  "records.\n"
		  "+ _imaps._tcp.kunde.example. 3600 IN SRV 0 1 993 imap.hosting.example.   ; IMAP "
		  "with TLS.\n"
		  "- autoconfig.kunde.example. 14400 IN A 192.0.2.1   ; cPanel made it.\n"
		  "+ autoconfig.kunde.example. 3600 IN CNAME setup.hosting.example.   ; Settings "
		  "for mail programs.\n"
		  "- autodiscover.kunde.example. 14400 IN A 192.0.2.1   ; cPanel made it.\n"
		  "+ autodiscover.kunde.example. 3600 IN CNAME setup.hosting.example.   ; It "
		  "belongs to the domain's records.\n"
		  "note: _caldavs._tcp.kunde.example. TXT \"path=/mine\" stays: others of its name "
		  "and type are to go, but this value is not listed; add it to withdraw.zone if it "
		  "is to go too.\n"
		  "6 to add, 7 to remove, 0 in place, 0 in conflict\n" },
		{ "a foreign value, nothing published",
		  {
			  .desired = "@ 3600 MX 10 a.example.\n"
				     "@ 3600 MX 20 b.example.",
			  .live = "@ 3600 MX 10 f.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! kunde.example. 3600 IN MX 10 f.example.   ; Somebody else's, where 10 "
		  "a.example. and 20 b.example. is wanted: remove it, add it to withdraw.zone, or "
		  "replace it with --adopt @/MX.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "a foreign value beside ours",
		  {
			  .desired = "@ 3600 MX 10 a.example.",
			  .published = "@ 3600 MX 10 b.example.",
			  .live = "@ 3600 MX 10 b.example.\n"
				  "@ 3600 MX 10 f.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! kunde.example. 3600 IN MX 10 f.example.   ; Somebody put it where we "
		  "published 10 b.example., and 10 a.example. is wanted: remove it, or replace it "
		  "with --adopt @/MX.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "what we published is gone",
		  {
			  .desired = "_imaps._tcp 3600 SRV 0 1 993 a.example.",
			  .published = "_imaps._tcp 3600 SRV 0 1 993 a.example.",
			  .live = "",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! _imaps._tcp.kunde.example. 3600 IN SRV 0 1 993 a.example.   ; We published "
		  "it, and somebody has removed it, while 0 1 993 a.example. is wanted: --adopt "
		  "_imaps._tcp/SRV puts that there.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "all three TTL differ",
		  {
			  .desired = "@ 3600 MX 10 a.example.",
			  .published = "@ 7200 MX 10 a.example.",
			  .live = "@ 300 MX 10 a.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! kunde.example. 300 IN MX 10 a.example.   ; Somebody set its TTL to 300, where "
		  "7200 was published and 3600 is wanted: set it back, or take it over with "
		  "--adopt @/MX.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "the TTL of what is replaced differs",
		  {
			  .desired = "@ 3600 MX 10 a.example.",
			  .published = "@ 3600 MX 10 b.example.",
			  .live = "@ 300 MX 10 b.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! kunde.example. 300 IN MX 10 b.example.   ; Somebody set its TTL to 300, where "
		  "3600 was published and 3600 is wanted: set it back, or take it over with "
		  "--adopt @/MX.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "one TTL of a set, the lowest desired",
		  {
			  .desired = "@ 3600 MX 10 a.example.\n"
				     "@ 300 MX 20 b.example.",
			  .published = "@ 3600 MX 10 a.example.",
			  .live = "@ 3600 MX 10 a.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 3600 IN MX 10 a.example.   ; Its TTL changes from 3600 to "
		  "300.\n"
		  "+ kunde.example. 300 IN MX 10 a.example.   ; Its TTL changes from 3600 to 300.\n"
		  "+ kunde.example. 300 IN MX 20 b.example.   ; It belongs to the domain's "
		  "records.\n"
		  "2 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "a second SPF string",
		  {
			  .desired = "@ 3600 TXT \"v=spf1 include:_spf.hosting.example -all\"",
			  .live = "@ 300 TXT \"v=spf1 include:_spf.google.com ~all\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! kunde.example. 300 IN TXT \"v=spf1 include:_spf.google.com ~all\"   ; "
		  "Somebody else's, and of two SPF strings none counts: merge what it says into "
		  "ours, \"v=spf1 include:_spf.hosting.example -all\", in the provider's zone "
		  "file, or do without it; then --adopt @/TXT replaces it.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "a second SPF string beside ours",
		  {
			  .desired = "@ 3600 TXT \"v=spf1 include:_spf.hosting.example -all\"",
			  .published = "@ 3600 TXT \"v=spf1 include:_spf.hosting.example -all\"",
			  .live = "@ 3600 TXT \"v=spf1 include:_spf.google.com ~all\"\n"
				  "@ 3600 TXT \"v=spf1 include:_spf.hosting.example -all\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "= kunde.example. 3600 IN TXT \"v=spf1 include:_spf.hosting.example -all\"   ; "
		  "It stands there as it should.\n"
		  "! kunde.example. 3600 IN TXT \"v=spf1 include:_spf.google.com ~all\"   ; "
		  "Somebody else's, and of two SPF strings none counts: merge what it says into "
		  "ours, \"v=spf1 include:_spf.hosting.example -all\", in the provider's zone "
		  "file, or do without it; then --adopt @/TXT replaces it.\n"
		  "0 to add, 0 to remove, 1 in place, 1 in conflict\n" },
		{ "a shared set keeps its TTL",
		  {
			  .desired = "@ 3600 TXT \"v=spf1 include:_spf.hosting.example -all\"",
			  .published = "@ 3600 TXT \"v=spf1 include:old.example -all\"",
			  .live = "@ 60 TXT \"v=spf1 include:old.example -all\"\n"
				  "@ 60 TXT \"MS=ms1\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 60 IN TXT \"v=spf1 include:old.example -all\"   ; Replaced by "
		  "\"v=spf1 include:_spf.hosting.example -all\".\n"
		  "+ kunde.example. 60 IN TXT \"v=spf1 include:_spf.hosting.example -all\"   ; It "
		  "belongs to the domain's records.\n"
		  "1 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "a shared set, in place with another TTL",
		  {
			  .desired = "@ 3600 TXT \"v=spf1 -all\"",
			  .published = "@ 3600 TXT \"v=spf1 -all\"",
			  .live = "@ 60 TXT \"v=spf1 -all\"\n"
				  "@ 60 TXT \"MS=ms1\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "= kunde.example. 60 IN TXT \"v=spf1 -all\"   ; It stands there as it should.\n"
		  "0 to add, 0 to remove, 1 in place, 0 in conflict\n" },
		{ "a set of strings that are all ours",
		  {
			  .desired = "@ 3600 TXT \"v=spf1 -all\"\n"
				     "@ 3600 TXT \"MS=ms1\"",
			  .live = "@ 60 TXT \"v=spf1 -all\"\n"
				  "@ 60 TXT \"MS=ms1\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 60 IN TXT \"MS=ms1\"   ; Its TTL changes from 60 to 3600.\n"
		  "- kunde.example. 60 IN TXT \"v=spf1 -all\"   ; Its TTL changes from 60 to "
		  "3600.\n"
		  "+ kunde.example. 3600 IN TXT \"MS=ms1\"   ; Its TTL changes from 60 to 3600.\n"
		  "+ kunde.example. 3600 IN TXT \"v=spf1 -all\"   ; Its TTL changes from 60 to "
		  "3600.\n"
		  "2 to add, 2 to remove, 0 in place, 0 in conflict\n" },
		{ "a CNAME where an address stands",
		  {
			  .desired = "autoconfig 3600 CNAME setup.hosting.example.",
			  .expected = "autoconfig 0 A 192.0.2.1",
			  .live = "autoconfig 3600 A 192.0.2.1\n"
				  "autoconfig 3600 A 198.51.100.1\n"
				  "autoconfig 3600 TXT \"mine\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- autoconfig.kunde.example. 3600 IN A 192.0.2.1   ; An old service left it "
		  "behind.\n"
		  "! autoconfig.kunde.example. 3600 IN A 198.51.100.1   ; It cannot stand beside "
		  "CNAME setup.hosting.example., which is wanted here: remove it, add it to "
		  "withdraw.zone, or replace it with --adopt autoconfig/A.\n"
		  "! autoconfig.kunde.example. 3600 IN TXT \"mine\"   ; It cannot stand beside "
		  "CNAME setup.hosting.example., which is wanted here: remove it, add it to "
		  "withdraw.zone, or replace it with --adopt autoconfig/TXT.\n"
		  "0 to add, 1 to remove, 0 in place, 2 in conflict\n" },
		{ "a CNAME where what we published stands",
		  {
			  .desired = "autoconfig 3600 CNAME setup.hosting.example.",
			  .published = "autoconfig 3600 A 192.0.2.1",
			  .live = "autoconfig 300 A 192.0.2.1\n"
				  "autoconfig 300 RRSIG \\# 4 00010203\n"
				  "autoconfig 300 NSEC \\# 4 00010203",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- autoconfig.kunde.example. 300 IN A 192.0.2.1   ; We published it, and it is "
		  "no longer wanted.\n"
		  "+ autoconfig.kunde.example. 3600 IN CNAME setup.hosting.example.   ; It belongs "
		  "to the domain's records.\n"
		  "1 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "an address where a CNAME stands",
		  {
			  .desired = "mail 3600 A 192.0.2.1\n"
				     "mail 3600 AAAA 2001:db8::1",
			  .live = "mail 3600 CNAME old.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! mail.kunde.example. 3600 IN CNAME old.example.   ; It cannot stand beside A "
		  "192.0.2.1 and AAAA 2001:db8::1, which is wanted here: remove it, add it to "
		  "withdraw.zone, or replace it with --adopt mail/CNAME.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "an address where our CNAME stood",
		  {
			  .desired = "mail 3600 A 192.0.2.1",
			  .published = "mail 3600 CNAME old.example.",
			  .live = "mail 3600 CNAME old.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "+ mail.kunde.example. 3600 IN A 192.0.2.1   ; It belongs to the domain's "
		  "records.\n"
		  "- mail.kunde.example. 3600 IN CNAME old.example.   ; We published it, and it is "
		  "no longer wanted.\n"
		  "1 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "an address that we published, where a CNAME stands now",
		  {
			  .desired = "mail 3600 A 192.0.2.1",
			  .published = "mail 3600 A 192.0.2.1",
			  .live = "mail 3600 CNAME old.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! mail.kunde.example. 3600 IN CNAME old.example.   ; It cannot stand beside A "
		  "192.0.2.1, which is wanted here: remove it, add it to withdraw.zone, or replace "
		  "it with --adopt mail/CNAME.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "more than a CNAME desired",
		  {
			  .desired = "mail 3600 A 192.0.2.1\n"
				     "mail 3600 CNAME a.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! mail.kunde.example. 3600 IN CNAME a.example.   ; Nothing can stand beside a "
		  "CNAME, and more is wanted here: correct the provider's zone file.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "two CNAME desired",
		  {
			  .desired = "mail 3600 CNAME a.example.\n"
				     "mail 3600 CNAME b.example.",
			  .live = "mail 3600 CNAME b.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! mail.kunde.example. 3600 IN CNAME a.example.   ; Nothing can stand beside a "
		  "CNAME, and more is wanted here: correct the provider's zone file.\n"
		  "! mail.kunde.example. 3600 IN CNAME b.example.   ; Nothing can stand beside a "
		  "CNAME, and more is wanted here: correct the provider's zone file.\n"
		  "0 to add, 0 to remove, 0 in place, 2 in conflict\n" },
		{ "adopted by type",
		  {
			  .desired = "@ 3600 MX 10 a.example.\n"
				     "@ 3600 TXT \"v=spf1 -all\"",
			  .live = "@ 60 MX 10 f.example.\n"
				  "@ 60 TXT \"v=spf1 ~all\"",
			  .adopt = "@/MX",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 60 IN MX 10 f.example.   ; Somebody else's, adopted: replaced "
		  "by 10 a.example.\n"
		  "+ kunde.example. 3600 IN MX 10 a.example.   ; It belongs to the domain's "
		  "records.\n"
		  "! kunde.example. 60 IN TXT \"v=spf1 ~all\"   ; Somebody else's, and of two SPF "
		  "strings none counts: merge what it says into ours, \"v=spf1 -all\", in the "
		  "provider's zone file, or do without it; then --adopt @/TXT replaces it.\n"
		  "1 to add, 1 to remove, 0 in place, 1 in conflict\n" },
		{ "adopted by name, with a foreign string left",
		  {
			  .desired = "@ 3600 MX 10 a.example.\n"
				     "@ 3600 TXT \"v=spf1 -all\"",
			  .live = "@ 60 MX 10 f.example.\n"
				  "@ 60 A 192.0.2.1\n"
				  "@ 60 TXT \"v=spf1 ~all\"\n"
				  "@ 60 TXT \"MS=ms1\"",
			  .adopt = " @ , mail",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 60 IN MX 10 f.example.   ; Somebody else's, adopted: replaced "
		  "by 10 a.example.\n"
		  "+ kunde.example. 3600 IN MX 10 a.example.   ; It belongs to the domain's "
		  "records.\n"
		  "- kunde.example. 60 IN TXT \"v=spf1 ~all\"   ; Somebody else's, adopted: "
		  "replaced by \"v=spf1 -all\".\n"
		  "+ kunde.example. 60 IN TXT \"v=spf1 -all\"   ; It belongs to the domain's "
		  "records.\n"
		  "note: Nothing is wanted at mail, so nothing is adopted there.\n"
		  "2 to add, 2 to remove, 0 in place, 0 in conflict\n" },
		{ "adopted, absolute, put back",
		  {
			  .desired = "_imaps._tcp 3600 SRV 0 1 993 a.example.",
			  .published = "_imaps._tcp 3600 SRV 0 1 993 a.example.",
			  .live = "",
			  .adopt = "_IMAPS._tcp.Kunde.Example./srv",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "+ _imaps._tcp.kunde.example. 3600 IN SRV 0 1 993 a.example.   ; It belongs to "
		  "the domain's records.\n"
		  "1 to add, 0 to remove, 0 in place, 0 in conflict\n" },
		{ "adopted TTL",
		  {
			  .desired = "@ 3600 MX 10 a.example.",
			  .published = "@ 7200 MX 10 a.example.",
			  .live = "@ 300 MX 10 a.example.\n"
				  "@ 300 MX 20 f.example.",
			  .adopt = "@",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 300 IN MX 10 a.example.   ; Its TTL changes from 300 to 3600.\n"
		  "- kunde.example. 300 IN MX 20 f.example.   ; Nothing is wanted here but 10 "
		  "a.example.\n"
		  "+ kunde.example. 3600 IN MX 10 a.example.   ; Its TTL changes from 300 to "
		  "3600.\n"
		  "1 to add, 2 to remove, 0 in place, 0 in conflict\n" },
		{ "adopted what is in a CNAME's way",
		  {
			  .desired = "autoconfig 3600 CNAME setup.hosting.example.",
			  .live = "autoconfig 3600 A 192.0.2.1\n"
				  "autoconfig 3600 TXT \"mine\"",
			  .adopt = "autoconfig",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- autoconfig.kunde.example. 3600 IN A 192.0.2.1   ; Somebody else's, adopted: "
		  "removed, since it cannot stand beside CNAME setup.hosting.example.\n"
		  "+ autoconfig.kunde.example. 3600 IN CNAME setup.hosting.example.   ; It belongs "
		  "to the domain's records.\n"
		  "- autoconfig.kunde.example. 3600 IN TXT \"mine\"   ; Somebody else's, adopted: "
		  "removed, since it cannot stand beside CNAME setup.hosting.example.\n"
		  "1 to add, 2 to remove, 0 in place, 0 in conflict\n" },
		{ "adopted one of two in a CNAME's way",
		  {
			  .desired = "autoconfig 3600 CNAME setup.hosting.example.",
			  .live = "autoconfig 3600 A 192.0.2.1\n"
				  "autoconfig 3600 TXT \"mine\"",
			  .adopt = "autoconfig/A",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- autoconfig.kunde.example. 3600 IN A 192.0.2.1   ; Somebody else's, adopted: "
		  "removed, since it cannot stand beside CNAME setup.hosting.example.\n"
		  "! autoconfig.kunde.example. 3600 IN TXT \"mine\"   ; It cannot stand beside "
		  "CNAME setup.hosting.example., which is wanted here: remove it, add it to "
		  "withdraw.zone, or replace it with --adopt autoconfig/TXT.\n"
		  "0 to add, 1 to remove, 0 in place, 1 in conflict\n" },
		{ "adopted a CNAME in the way",
		  {
			  .desired = "mail 3600 A 192.0.2.1\n"
				     "mail 3600 AAAA 2001:db8::1",
			  .live = "mail 3600 CNAME old.example.",
			  .adopt = "mail/CNAME",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "+ mail.kunde.example. 3600 IN A 192.0.2.1   ; It belongs to the domain's "
		  "records.\n"
		  "- mail.kunde.example. 3600 IN CNAME old.example.   ; Somebody else's, adopted: "
		  "removed, since it cannot stand beside A 192.0.2.1 and AAAA 2001:db8::1.\n"
		  "+ mail.kunde.example. 3600 IN AAAA 2001:db8::1   ; It belongs to the domain's "
		  "records.\n"
		  "2 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "a policy stays",
		  {
			  .desired = "_dmarc 3600 TXT \"v=DMARC1; p=none\"",
			  .live = "_dmarc 3600 TXT \"v=DMARC1; p=reject\"\n"
				  "_dmarc 3600 TXT \"v=DMARC1; p=none\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "note: _dmarc.kunde.example. TXT \"v=DMARC1; p=reject\" stays: it is somebody "
		  "else's policy, and ours is not published; to replace it, --adopt _dmarc.\n"
		  "0 to add, 0 to remove, 0 in place, 0 in conflict\n" },
		{ "a policy elsewhere stays",
		  {
			  .desired = "_dmarc 3600 TXT \"v=DMARC1; p=none\"",
			  .live = "_dmarc 3600 CNAME kunde.example.dmarc.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "note: _dmarc.kunde.example. CNAME kunde.example.dmarc.example. stays: it is "
		  "somebody else's policy, and ours is not published; to replace it, --adopt "
		  "_dmarc.\n"
		  "0 to add, 0 to remove, 0 in place, 0 in conflict\n" },
		{ "a policy where a CNAME is desired stays",
		  {
			  .desired = "_dmarc 3600 CNAME d.hosting.example.",
			  .live = "_dmarc 3600 TXT \"v=DMARC1; p=reject\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "note: _dmarc.kunde.example. TXT \"v=DMARC1; p=reject\" stays: it is somebody "
		  "else's policy, and ours is not published; to replace it, --adopt _dmarc.\n"
		  "0 to add, 0 to remove, 0 in place, 0 in conflict\n" },
		{ "not a policy",
		  {
			  .desired = "_dmarc 3600 CNAME d.hosting.example.",
			  .live = "_dmarc 3600 TXT \"v=DMARC1; p=reject\"\n"
				  "_dmarc 3600 TXT \"other\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! _dmarc.kunde.example. 3600 IN TXT \"other\"   ; It cannot stand beside CNAME "
		  "d.hosting.example., which is wanted here: remove it, add it to withdraw.zone, "
		  "or replace it with --adopt _dmarc/TXT.\n"
		  "! _dmarc.kunde.example. 3600 IN TXT \"v=DMARC1; p=reject\"   ; It cannot stand "
		  "beside CNAME d.hosting.example., which is wanted here: remove it, add it to "
		  "withdraw.zone, or replace it with --adopt _dmarc/TXT.\n"
		  "0 to add, 0 to remove, 0 in place, 2 in conflict\n" },
		{ "a policy adopted",
		  {
			  .desired = "_dmarc 3600 TXT \"v=DMARC1; p=none\"",
			  .live = "_dmarc 60 TXT \"v=DMARC1; p=reject\"",
			  .adopt = "_dmarc",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- _dmarc.kunde.example. 60 IN TXT \"v=DMARC1; p=reject\"   ; Somebody else's, "
		  "adopted: replaced by \"v=DMARC1; p=none\".\n"
		  "+ _dmarc.kunde.example. 3600 IN TXT \"v=DMARC1; p=none\"   ; It belongs to the "
		  "domain's records.\n"
		  "1 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "our policy changed by somebody",
		  {
			  .desired = "_dmarc 3600 TXT \"v=DMARC1; p=none\"",
			  .published = "_dmarc 3600 TXT \"v=DMARC1; p=none\"",
			  .live = "_dmarc 3600 TXT \"v=DMARC1; p=reject\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! _dmarc.kunde.example. 3600 IN TXT \"v=DMARC1; p=reject\"   ; Somebody put it "
		  "where we published \"v=DMARC1; p=none\", and \"v=DMARC1; p=none\" is wanted: "
		  "remove it, or replace it with --adopt _dmarc/TXT.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "a DKIM key cut elsewhere",
		  {
			  .desired = "s1._domainkey 3600 TXT \"v=DKIM1; p=YWJj\" ;; The key of s1.",
			  .live = "s1._domainkey 3600 TXT \"v=DKIM1; \" \"p=YWJj\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "= s1._domainkey.kunde.example. 3600 IN TXT \"v=DKIM1; \" \"p=YWJj\"   ; It "
		  "stands there as it should.\n"
		  "0 to add, 0 to remove, 1 in place, 0 in conflict\n" },
		{ "a DKIM key cut elsewhere, with another TTL",
		  {
			  .desired = "s1._domainkey 3600 TXT \"v=DKIM1; p=YWJj\"",
			  .live = "s1._domainkey 300 TXT \"v=DKIM1; \" \"p=YWJj\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- s1._domainkey.kunde.example. 300 IN TXT \"v=DKIM1; \" \"p=YWJj\"   ; Its TTL "
		  "changes from 300 to 3600.\n"
		  "+ s1._domainkey.kunde.example. 3600 IN TXT \"v=DKIM1; \" \"p=YWJj\"   ; Its TTL "
		  "changes from 300 to 3600.\n"
		  "1 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "a DKIM key without its version",
		  {
			  .desired = "s1._domainkey 3600 TXT \"v=DKIM1; p=YWJj\"",
			  .live = "s1._domainkey 3600 TXT \"p=YWJj\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! s1._domainkey.kunde.example. 3600 IN TXT \"p=YWJj\"   ; Somebody else's, "
		  "where \"v=DKIM1; p=YWJj\" is wanted: remove it, add it to withdraw.zone, or "
		  "replace it with --adopt s1._domainkey/TXT.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "expected and others of the name",
		  {
			  .expected = "autodiscover 0 A 192.0.2.1",
			  .live = "autodiscover 3600 A 192.0.2.1\n"
				  "autodiscover 3600 A 198.51.100.7\n"
				  "autodiscover 3600 AAAA 2001:db8::1",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- autodiscover.kunde.example. 3600 IN A 192.0.2.1   ; An old service left it "
		  "behind.\n"
		  "note: autodiscover.kunde.example. A 198.51.100.7 stays: others of its name and "
		  "type are to go, but this value is not listed; add it to withdraw.zone if it is "
		  "to go too.\n"
		  "0 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "no longer desired, others added",
		  {
			  .published = "@ 3600 MX 10 a.example.",
			  .live = "@ 300 MX 10 a.example.\n"
				  "@ 300 MX 20 f.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 300 IN MX 10 a.example.   ; We published it, and it is no "
		  "longer wanted.\n"
		  "note: kunde.example. MX 20 f.example. stays: we published another value, which "
		  "is no longer wanted; this one is somebody else's.\n"
		  "0 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "unmanaged and outside",
		  {
			  .desired = "@ 3600 NS ns.example.\n"
				     "www.other.example. 3600 A 192.0.2.1\n"
				     "sub 3600 DS \\# 4 00010203\n"
				     "anderkunde.example. 3600 A 192.0.2.1",
			  .live = "@ 3600 NS ns.other.example.",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "note: anderkunde.example. A 192.0.2.1 is left out: it lies outside of the "
		  "zone.\n"
		  "note: kunde.example. NS ns.example. is left out: records of this type belong to "
		  "whoever runs the zone.\n"
		  "note: sub.kunde.example. DS \\# 4 00010203 is left out: records of this type "
		  "belong to whoever runs the zone.\n"
		  "note: www.other.example. A 192.0.2.1 is left out: it lies outside of the zone.\n"
		  "0 to add, 0 to remove, 0 in place, 0 in conflict\n" },
		{ "a zone in which the domain does not lie",
		  {
			  .desired = "@ 3600 MX 10 a.example.",
			  .live = "example. 3600 MX 10 b.example.",
			  .zone = "example.net",
		  },
		  "kunde.example: zone example.net, serial 2024010101\n"
		  "note: kunde.example. MX 10 a.example. is left out: it lies outside of the "
		  "zone.\n"
		  "0 to add, 0 to remove, 0 in place, 0 in conflict\n" },
		{ "a wildcard seems to answer",
		  {
			  .desired = "autoconfig 3600 CNAME setup.hosting.example.\n"
				     "autodiscover 3600 CNAME setup.hosting.example.\n"
				     "mail 3600 CNAME a.example.",
			  .expected = "webmail 0 A 192.0.2.1",
			  .live = "* 3600 A 192.0.2.1\n"
				  "* 3600 MX 10 a.example.\n"
				  "autoconfig 3600 A 192.0.2.1\n"
				  "autoconfig 3600 MX 10 a.example.\n"
				  "autodiscover 300 A 192.0.2.1\n"
				  "mail 3600 A 192.0.2.1\n"
				  "mail 3600 TXT \"real\"\n"
				  "webmail 3600 A 192.0.2.1",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "+ autoconfig.kunde.example. 3600 IN CNAME setup.hosting.example.   ; It belongs "
		  "to the domain's records.\n"
		  "! autodiscover.kunde.example. 300 IN A 192.0.2.1   ; It cannot stand beside "
		  "CNAME setup.hosting.example., which is wanted here: remove it, add it to "
		  "withdraw.zone, or replace it with --adopt autodiscover/A.\n"
		  "! mail.kunde.example. 3600 IN A 192.0.2.1   ; It cannot stand beside CNAME "
		  "a.example., which is wanted here: remove it, add it to withdraw.zone, or "
		  "replace it with --adopt mail/A.\n"
		  "! mail.kunde.example. 3600 IN TXT \"real\"   ; It cannot stand beside CNAME "
		  "a.example., which is wanted here: remove it, add it to withdraw.zone, or "
		  "replace it with --adopt mail/TXT.\n"
		  "note: What stands at autoconfig, webmail seems to come from *.kunde.example.: "
		  "these names are taken for empty, and an update is refused if that is wrong; "
		  "with dns.read = transfer it can be told.\n"
		  "note: *.kunde.example. A 192.0.2.1 answers for mta-sts, ua-auto-config too, "
		  "where nothing is to stand: mail programs may find another service there.\n"
		  "1 to add, 0 to remove, 0 in place, 3 in conflict\n" },
		{ "a wildcard, the zone whole",
		  {
			  .desired = "autoconfig 3600 CNAME setup.hosting.example.",
			  .live = "* 3600 A 192.0.2.1\n"
				  "autoconfig 3600 A 192.0.2.1",
			  .live_whole = true,
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! autoconfig.kunde.example. 3600 IN A 192.0.2.1   ; It cannot stand beside "
		  "CNAME setup.hosting.example., which is wanted here: remove it, add it to "
		  "withdraw.zone, or replace it with --adopt autoconfig/A.\n"
		  "note: *.kunde.example. A 192.0.2.1 answers for autodiscover, mta-sts, "
		  "ua-auto-config too, where nothing is to stand: mail programs may find another "
		  "service there.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "a wildcard, published the same",
		  {
			  .desired = "autoconfig 3600 A 192.0.2.1",
			  .published = "autoconfig 3600 A 192.0.2.1",
			  .live = "* 3600 A 192.0.2.1\n"
				  "autoconfig 3600 A 192.0.2.1",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "= autoconfig.kunde.example. 3600 IN A 192.0.2.1   ; It stands there as it "
		  "should.\n"
		  "note: *.kunde.example. A 192.0.2.1 answers for autodiscover, mta-sts, "
		  "ua-auto-config too, where nothing is to stand: mail programs may find another "
		  "service there.\n"
		  "0 to add, 0 to remove, 1 in place, 0 in conflict\n" },
		{ "a wildcard, published another",
		  {
			  .desired = "autoconfig 3600 A 192.0.2.2",
			  .published = "autoconfig 3600 A 192.0.2.2",
			  .live = "* 3600 A 192.0.2.1\n"
				  "autoconfig 3600 A 192.0.2.1",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! autoconfig.kunde.example. 3600 IN A 192.0.2.2   ; We published it, and "
		  "somebody has removed it, while 192.0.2.2 is wanted: --adopt autoconfig/A puts "
		  "that there.\n"
		  "note: What stands at autoconfig seems to come from *.kunde.example.: these "
		  "names are taken for empty, and an update is refused if that is wrong; with "
		  "dns.read = transfer it can be told.\n"
		  "note: *.kunde.example. A 192.0.2.1 answers for autodiscover, mta-sts, "
		  "ua-auto-config too, where nothing is to stand: mail programs may find another "
		  "service there.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "the closest wildcard",
		  {
			  .desired = "a.b 3600 A 192.0.2.9",
			  .live = "* 3600 A 192.0.2.1\n"
				  "*.b 3600 A 192.0.2.2\n"
				  "a.b 3600 A 192.0.2.1",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! a.b.kunde.example. 3600 IN A 192.0.2.1   ; Somebody else's, where 192.0.2.9 "
		  "is wanted: remove it, add it to withdraw.zone, or replace it with --adopt "
		  "a.b/A.\n"
		  "note: *.kunde.example. A 192.0.2.1 answers for autoconfig, autodiscover, "
		  "mta-sts, ua-auto-config too, where nothing is to stand: mail programs may find "
		  "another service there.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "an old wildcard goes",
		  {
			  .expected = "* 0 A 192.0.2.1",
			  .live = "* 3600 A 192.0.2.1",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- *.kunde.example. 3600 IN A 192.0.2.1   ; An old service left it behind.\n"
		  "0 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "a wildcard below",
		  {
			  .live = "*.sub 3600 A 192.0.2.1\n"
				  "* 3600 TXT \"no host\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "0 to add, 0 to remove, 0 in place, 0 in conflict\n" },
		{ "a wildcard answers where names are withdrawn",
		  {
			  .desired = "mta-sts 3600 CNAME setup.hosting.example.",
			  .expected = "autodiscover 0 A 192.0.2.1",
			  .live = "* 3600 CNAME web.example.\n"
				  "autodiscover 3600 A 192.0.2.1\n"
				  "x.autoconfig 3600 A 192.0.2.1",
			  .live_whole = true,
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- autodiscover.kunde.example. 3600 IN A 192.0.2.1   ; An old service left it "
		  "behind.\n"
		  "+ mta-sts.kunde.example. 3600 IN CNAME setup.hosting.example.   ; It belongs to "
		  "the domain's records.\n"
		  "note: *.kunde.example. CNAME web.example. answers for autodiscover, "
		  "ua-auto-config too, where nothing is to stand: mail programs may find another "
		  "service there.\n"
		  "1 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "a DKIM key twice, cut elsewhere",
		  {
			  .desired = "s1._domainkey 3600 TXT \"v=DKIM1; p=YWJj\"",
			  .live = "s1._domainkey 3600 TXT \"v=DKIM1; \" \"p=YWJj\"\n"
				  "s1._domainkey 3600 TXT \"v=DKIM1; p=YWJj\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "= s1._domainkey.kunde.example. 3600 IN TXT \"v=DKIM1; p=YWJj\"   ; It stands "
		  "there as it should.\n"
		  "- s1._domainkey.kunde.example. 3600 IN TXT \"v=DKIM1; \" \"p=YWJj\"   ; Nothing "
		  "is wanted here but \"v=DKIM1; p=YWJj\".\n"
		  "0 to add, 1 to remove, 1 in place, 0 in conflict\n" },
		{ "an expected DKIM key, cut elsewhere",
		  {
			  .expected = "s1._domainkey 0 TXT \"v=DKIM1; p=YWJj\" ;; The old server "
				      "signs no more.",
			  .live = "s1._domainkey 3600 TXT \"v=DKIM1; \" \"p=YWJj\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- s1._domainkey.kunde.example. 3600 IN TXT \"v=DKIM1; \" \"p=YWJj\"   ; The old "
		  "server signs no more.\n"
		  "0 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "adopted a CNAME by its type",
		  {
			  .desired = "autoconfig 3600 CNAME setup.hosting.example.",
			  .live = "autoconfig 3600 A 192.0.2.1",
			  .adopt = "autoconfig/CNAME",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- autoconfig.kunde.example. 3600 IN A 192.0.2.1   ; Somebody else's, adopted: "
		  "removed, since it cannot stand beside CNAME setup.hosting.example.\n"
		  "+ autoconfig.kunde.example. 3600 IN CNAME setup.hosting.example.   ; It belongs "
		  "to the domain's records.\n"
		  "1 to add, 1 to remove, 0 in place, 0 in conflict\n" },
		{ "adopted where nothing is",
		  {
			  .adopt = "anderkunde.example.,kunde.example./MX,a.b",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "note: Nothing is wanted at anderkunde.example., so nothing is adopted there.\n"
		  "note: Nothing is wanted at @/MX, so nothing is adopted there.\n"
		  "note: Nothing is wanted at a.b, so nothing is adopted there.\n"
		  "0 to add, 0 to remove, 0 in place, 0 in conflict\n" },
		{ "a wildcard of two values, of which one stands there",
		  {
			  .desired = "mail 3600 A 192.0.2.9",
			  .live = "* 3600 A 192.0.2.1\n"
				  "* 3600 A 192.0.2.2\n"
				  "mail 3600 A 192.0.2.1",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "! mail.kunde.example. 3600 IN A 192.0.2.1   ; Somebody else's, where 192.0.2.9 "
		  "is wanted: remove it, add it to withdraw.zone, or replace it with --adopt "
		  "mail/A.\n"
		  "note: *.kunde.example. A 192.0.2.1 answers for autoconfig, autodiscover, "
		  "mta-sts, ua-auto-config too, where nothing is to stand: mail programs may find "
		  "another service there.\n"
		  "0 to add, 0 to remove, 0 in place, 1 in conflict\n" },
		{ "strings of a shared set with different TTL, from a file",
		  {
			  .desired = "@ 3600 TXT \"v=spf1 -all\"",
			  .live = "@ 300 TXT \"MS=ms1\"\n"
				  "@ 600 TXT \"v=spf1 -all\"",
		  },
		  "kunde.example: zone kunde.example, serial 2024010101\n"
		  "- kunde.example. 600 IN TXT \"v=spf1 -all\"   ; Its TTL changes from 600 to "
		  "300.\n"
		  "+ kunde.example. 300 IN TXT \"v=spf1 -all\"   ; Its TTL changes from 600 to "
		  "300.\n"
		  "1 to add, 1 to remove, 0 in place, 0 in conflict\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(change_plan_freep) struct change_plan *plan = plan_of(&cases[i].texts);
		CLEANUP(freep) char *text = NULL;
		struct error err;

		assert_int_equal(change_plan_print(plan, CHANGE_PLAN_TEXT, NULL, &text, NULL, &err),
				 0);
		if (strcmp(text, cases[i].text) != 0)
			fail_msg("%s:\n%s", cases[i].name, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_and_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
