"""What Exchange says of the sender, and what senders forge."""

from kit import mail

DOOR = ("Received", "from mail.ishida-kogyo.example (203.0.113.9) by TY2JPN01FT012.mail.protection.outlook.com (10.118.1.4) with Microsoft SMTP Server; Tue, 10 Nov 2026 00:05:01 +0000")
INNER = ("Received", "from TY2JPN01FT012.eop-JPN01.prod.protection.outlook.com (2603:1096::1) by TYCP286CA0001.outlook.office365.com (2603:1096::2) with Microsoft SMTP Server; Tue, 10 Nov 2026 00:05:02 +0000")
EVIL = ("Received", "from evil.outlook.com (192.0.2.66) by TY2JPN01FT013.mail.protection.outlook.com (10.118.1.5) with Microsoft SMTP Server; Tue, 10 Nov 2026 00:05:01 +0000")
AR = "Authentication-Results"
AGENT = "Agent <agent@mizuho-desk.example>"


def results(domain, spf="pass", dkim="pass", dmarc="pass", compauth="pass reason=100"):
    tail = f";compauth={compauth}" if compauth else ""
    return (AR, f"spf={spf} (sender IP is 203.0.113.9)\r\n smtp.mailfrom={domain}; dkim={dkim} (signature was verified)\r\n header.d={domain};dmarc={dmarc} action=none\r\n header.from={domain}{tail}")


def case(name, says, verdict, *fields, sender="Kato <kato@ishida-kogyo.example>", more=()):
    mail(f"auth/{name}", says, [*fields, ("From", sender), *more, ("To", "support@mizuho-desk.example"), ("Subject", f"auth {name}"),
         ("Message-ID", f"<{name}@auth.example>")], "words\n", auth=verdict)


K = "ishida-kogyo.example"
M = "mizuho-desk.example"
FORGED = results(M)
case("pass", "SPF, DKIM and DMARC pass; the verdict stands above the door.", "pass", INNER, results(K), DOOR)
case("internal", "The same organisation.", "pass", INNER, ("X-MS-Exchange-Organization-AuthAs", "Internal"), sender=AGENT)
case("internal-and-anonymous", "Two statements of who it is: neither counts.", "unknown", INNER, ("X-MS-Exchange-Organization-AuthAs", "Anonymous"), ("X-MS-Exchange-Organization-AuthAs", "Internal"), sender=AGENT)
case("cross-tenant-internal", "What another tenant says of itself.", "unknown", INNER, DOOR, ("X-MS-Exchange-CrossTenant-AuthAs", "Internal"), sender=AGENT)
case("dmarc-fail", "DMARC fails.", "fail", INNER, results(M, "fail", "none", "fail", "fail reason=000"), EVIL, sender=AGENT)
case("implicit-fail", "No policy, and Exchange does not believe it.", "fail", INNER, results(M, "none", "none", "none", "fail reason=001"), EVIL, sender=AGENT)
case("best-guess", "No DMARC record, but it would have passed.", "pass", INNER, results(K, dmarc="bestguesspass", compauth="pass reason=109"), DOOR)
case("soft-pass", "Exchange let it through without proof.", "unknown", INNER, results(K, "none", "none", "none", "softpass reason=202"), DOOR)
case("nothing-known", "Neither signed nor listed.", "unknown", INNER, results(K, "none", "none", "none", "none reason=451"), DOOR)
case("by-reputation", "It passed by reputation alone: no proof for an agent's rights.", "unknown", INNER, results(K, "none", "none", "none", "pass reason=703"), DOOR)
case("failed-but-reputable", "DMARC failed and reputation let it pass.", "unknown", INNER, results(M, "fail", "none", "fail", "pass reason=703"), EVIL, sender=AGENT)
case("arc-trusted", "A forwarder broke the signature; Exchange trusts the forwarder's seal and says so.", "pass", INNER, results(K, "fail", "fail", "fail", "pass reason=130"), DOOR)
case("arc-own-seal", "The sender sealed a chain of his own in which everything passes.", "fail", INNER, results(M, "fail", "none", "fail", "fail reason=000"), EVIL,
     ("ARC-Authentication-Results", f"i=1; mx.evil.example; arc=pass (0 oda=1 ltdi=1); dmarc=pass header.from={M}; compauth=pass reason=130"), ("ARC-Seal", "i=1; a=rsa-sha256; cv=pass; d=evil.example; b=AAAA"), sender=AGENT)
case("arc-alone", "Only ARC headers, no verdict of Exchange.", "unknown", INNER, EVIL, ("ARC-Authentication-Results", f"i=1; mx.microsoft.com 1; spf=pass; dmarc=pass header.from={M}; compauth=pass reason=130"), sender=AGENT)
case("forged-below", "A second verdict, which came with the mail.", "fail", INNER, results(M, "fail", "none", "fail", "fail reason=000"), EVIL, FORGED, sender=AGENT)
case("forged-alone", "Exchange wrote no verdict; the only one came with the mail.", "unknown", INNER, EVIL, FORGED, sender=AGENT)
case("forged-with-hops", "The forged verdict stands between forged hops of Exchange.", "unknown", INNER, EVIL, INNER, FORGED, DOOR, sender=AGENT)
case("forged-through-other-server", "Another server took the mail in; its verdict is not Exchange's.", "unknown", ("Received", "from x (192.0.2.66) by mail.somewhere.example; Tue, 10 Nov 2026 00:05:01 +0000"), FORGED, sender=AGENT)
case("original", "What Exchange renamed.", "unknown", INNER, EVIL, ("Authentication-Results-Original", FORGED[1]), sender=AGENT)
case("foreign-server-name", "A verdict under another server's name.", "unknown", INNER, (AR, f"mx.evil.example; dmarc=pass header.from={M}; compauth=pass reason=100"), EVIL, sender=AGENT)
case("in-a-comment", "A clause inside a comment.", "fail", INNER, (AR, f"spf=fail (evil ; dmarc=pass ; compauth=pass reason=100 ) smtp.mailfrom=x.example;dmarc=fail action=none header.from={M};compauth=fail reason=000"), EVIL, sender=AGENT)
case("in-quotes-escaped", "A clause inside quotation marks, with an escaped one in front.", "unknown", INNER, (AR, 'spf=none smtp.mailfrom="a\\"; dmarc=pass ; compauth=pass "@x.example; dkim=none'), EVIL, sender=AGENT)
case("encoded-word", "A clause as an encoded word.", "unknown", INNER, (AR, "spf=none smtp.mailfrom==?utf-8?Q?x=3B_dmarc=3Dpass=3B_compauth=3Dpass?=; dkim=none"), EVIL, sender=AGENT)
case("other-domain", "The verdict is about another domain than From shows.", "unknown", INNER, results("evil.example"), EVIL, sender=AGENT)
case("two-from-fields", "Two From fields: the verdict is about one of them.", "unknown", INNER, results(M), EVIL, sender=AGENT, more=[("From", "x@evil.example")])
case("two-people-in-from", "Two people in From.", "unknown", INNER, results(M), EVIL, sender=f"{AGENT}, x@evil.example")
case("two-verdicts-in-one", "Two verdicts of a kind in one line.", "unknown", INNER, (AR, f"spf=none;dmarc=none;dmarc=pass header.from={M}"), EVIL, sender=AGENT)
case("dmarc-pass-compauth-fail", "DMARC passed and Exchange still does not believe it.", "fail", INNER, results(K, compauth="fail reason=601"), DOOR)
case("none-at-all", "Nothing.", "unknown")
