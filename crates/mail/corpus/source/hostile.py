"""HTML that wants more than to be read, mail that is broken beyond repair."""

from kit import add, crlf, mail

for name, says, html, lacks in (
    ("script", "A script.", "<p>hi</p><script>alert(1)</script>", ["<script", "alert"]),
    ("handler", "An event handler.", '<p>hi</p><img src="x" onerror="alert(1)">', ["onerror"]),
    ("link", "A link that runs.", '<p>hi</p><a href="java&#10;script:alert(1)">x</a>', ["script:"]),
    ("form", "A form for passwords.", '<p>hi</p><form action="https://evil.example"><input name=p type=password></form>', ["<form", "<input"]),
    ("style", "Styles that load.", '<p style="background:url(https://evil.example/x)">hi</p><style>@import "https://evil.example/y"</style>', ["evil.example"]),
    ("svg", "A drawing with a script.", "<p>hi</p><svg><script>alert(1)</script></svg>", ["<svg", "alert"]),
    ("base", "A base and a refresh.", '<base href="https://evil.example"><meta http-equiv=refresh content="0;url=https://evil.example"><p>hi</p>', ["evil.example"]),
    ("frame", "A frame.", '<p>hi</p><iframe src="https://evil.example"></iframe>', ["<iframe", "evil.example"]),
):
    mail(f"hostile/{name}", says, [("From", "x@evil.example"), ("Subject", name), ("Message-ID", f"<{name}@evil.example>"), ("Content-Type", "text/html; charset=utf-8")], crlf(html), shown_contains=["hi"], shown_lacks=lacks)
add("hostile/empty", "Zero bytes.", b"", unreadable="empty")
add("hostile/no-header", "Words and no header.", "ヘッダーがありません\n".encode(), unreadable="no_headers", text_contains=["ヘッダーがありません"])
