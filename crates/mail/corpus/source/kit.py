"""What the sources are written with: charsets as mailers write them, encoded words, parts, and the expectations."""

import base64
import json
import pathlib
import re
import struct
import zlib

MAILS = {}


# --- charsets ---------------------------------------------------------------------------------------------------------

def _jis(char):
    """Row and cell (0x21..0x7E each) of a character, with NEC's and IBM's additions at their place in NEC's rows."""
    try:
        sjis = char.encode("cp932")
    except UnicodeEncodeError:
        raise ValueError(f"{char!r} is in no Japanese charset") from None
    if len(sjis) == 1:
        return None
    lead, trail = sjis
    if lead >= 0xFA:
        # IBM's own place has no row in JIS; the same characters stand in NEC's rows 89 to 92.
        for nec in range(0xED, 0xEF):
            for cell in list(range(0x40, 0x7F)) + list(range(0x80, 0xFD)):
                try:
                    if bytes([nec, cell]).decode("cp932") == char:
                        lead, trail = nec, cell
                        break
                except UnicodeDecodeError:
                    continue
            if lead < 0xFA:
                break
        else:
            raise ValueError(f"{char!r} has no place in JIS rows")
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2
    if trail >= 0x9F:
        row, cell = row + 1, trail - 0x9F
    else:
        cell = trail - 0x40 - (1 if trail > 0x7F else 0)
    return bytes([row + 0x21, cell + 0x21])


def _is_kana(char):
    return "｡" <= char <= "ﾟ"


def jis(text, kana="escape", escape=b"\x1b$B", back=b"\x1b(B", close=True):
    """ISO-2022-JP. `kana`: how half-width kana are written: `escape` (ESC ( I), `shift` (SO, SI) or `eight` (8 bit)."""
    out, mode = bytearray(), "ascii"
    switch = {"ascii": back, "double": escape, "kana": b"\x1b(I"}
    for char in text:
        if _is_kana(char):
            byte = ord(char) - 0xFF61 + 0x21
            if kana == "escape":
                wanted, data = "kana", bytes([byte])
            else:
                wanted, data = "ascii", bytes([byte]) if kana == "shift" else bytes([byte + 0x80])
                data = b"\x0e" + data + b"\x0f" if kana == "shift" else data
        elif ord(char) < 0x80:
            wanted, data = "ascii", char.encode()
        else:
            wanted, data = "double", _jis(char)
        if char == "\n" or wanted != mode:
            if wanted != mode:
                out += switch[wanted]
            mode = wanted
        out += data
    if mode != "ascii" and close:
        out += back
    return bytes(out).replace(b"\x0f\x0e", b"")


def euc(text):
    """EUC-JP as Windows and Unix mailers write it (CP51932)."""
    out = bytearray()
    for char in text:
        if _is_kana(char):
            out += bytes([0x8E, ord(char) - 0xFF61 + 0xA1])
        elif ord(char) < 0x80:
            out += char.encode()
        else:
            out += bytes(b | 0x80 for b in _jis(char))
    return bytes(out)


def utf7(text):
    return text.encode("utf-7")


ENCODERS = {
    "iso-2022-jp": jis,
    "iso-2022-jp-shift": lambda text: jis(text, kana="shift"),
    "iso-2022-jp-eight": lambda text: jis(text, kana="eight"),
    "iso-2022-jp-old": lambda text: jis(text, escape=b"\x1b$@", back=b"\x1b(J"),
    "shift_jis": lambda text: text.encode("cp932"),
    "euc-jp": euc,
    "utf-7": utf7,
}


def encode(text, charset):
    encoder = ENCODERS.get(charset.lower())
    return encoder(text) if encoder else text.encode(charset)


# --- files ------------------------------------------------------------------------------------------------------------

def png(width=8, height=8, colour=(40, 120, 160)):
    """A real picture of one colour. Its bytes are the same with every version of zlib: nothing is compressed."""
    rows = (b"\0" + bytes(colour) * width) * height
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(rows), len(rows) ^ 0xFFFF) + rows + struct.pack(">I", zlib.adler32(rows))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", stored) + chunk(b"IEND", b"")


def stored(name):
    """A file beside the sources that no program makes twice the same: base64 in lines."""
    return (pathlib.Path(__file__).parent / name).read_text()


# --- headers ----------------------------------------------------------------------------------------------------------

def b64(data):
    return base64.b64encode(data).decode()


def q(data):
    return "".join(chr(b) if chr(b).isalnum() and b < 0x80 else "_" if b == 0x20 else f"={b:02X}" for b in data)


def word(text, charset, how="B", label=None):
    data = text if isinstance(text, bytes) else encode(text, charset)
    return f"=?{label or charset}?{how}?{b64(data) if how == 'B' else q(data)}?="


def words(text, charset, how="B", label=None, size=12):
    """Encoded words of `size` characters each, folded."""
    pieces = [text[at:at + size] for at in range(0, len(text), size)]
    return "\r\n ".join(word(piece, charset, how, label) for piece in pieces)


def split_words(text, charset, how="B", label=None, size=23):
    """Encoded words cut at any byte, as careless mailers cut them."""
    data = encode(text, charset)
    pieces = [data[at:at + size] for at in range(0, len(data), size)]
    return "\r\n ".join(word(piece, charset, how, label) for piece in pieces)


def percent(data):
    return "".join(chr(b) if chr(b).isalnum() and b < 0x80 or b in b"-._" else f"%{b:02X}" for b in data)


# --- mails ------------------------------------------------------------------------------------------------------------

def crlf(data):
    data = data.encode() if isinstance(data, str) else data
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def transfer(data, how):
    """The body under a Content-Transfer-Encoding."""
    if how == "base64":
        text = b64(crlf(data) if isinstance(data, str) else data)
        return "\r\n".join(text[at:at + 76] for at in range(0, len(text), 76)).encode()
    data = crlf(data)
    if how == "quoted-printable":
        lines = []
        for line in data.split(b"\r\n"):
            out = ""
            for at, b in enumerate(line):
                last = at == len(line) - 1
                plain = 33 <= b <= 126 and b != 61 or b in b" \t" and not last
                piece = chr(b) if plain else f"={b:02X}"
                if len(out) - (out.rfind("\n") + 1) + len(piece) > 73:
                    out += "=\r\n"
                out += piece
            lines.append(out.encode())
        return b"\r\n".join(lines)
    return data


def header(fields):
    out = b""
    for name, value in fields:
        value = value if isinstance(value, bytes) else value.encode()
        value = value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        out += name.encode() + b": " + value + b"\r\n"
    return out


def part(content_type, body, *fields, how=None, charset=None):
    """One part: its header and its body."""
    body = encode(body, charset) if charset and isinstance(body, str) else body
    head = [("Content-Type", content_type)] if content_type else []
    if how:
        head.append(("Content-Transfer-Encoding", how))
    return header(head + list(fields)) + b"\r\n" + transfer(body, how)


def multipart(kind, boundary, parts, parameters="", closed=True):
    """Content-Type and body of a multipart."""
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + p + b"\r\n" for p in parts)
    if closed:
        body += b"--" + boundary.encode() + b"--\r\n"
    return f'multipart/{kind}; boundary="{boundary}"{parameters}', body


def nested(kind, boundary, parts, parameters=""):
    """A multipart as a part of another."""
    content_type, body = multipart(kind, boundary, parts, parameters)
    return header([("Content-Type", content_type)]) + b"\r\n" + body


def mail(name, says, fields, body, **expected):
    """A mail of these header fields and these bytes."""
    add(name, says, header(fields) + b"\r\n" + crlf(body) if isinstance(body, str) else header(fields) + b"\r\n" + body, **expected)


def add(name, says, raw, **expected):
    assert name not in MAILS, name
    MAILS[name] = (raw, toml({"says": says, **expected}))


def text_mail(name, says, subject, body, sender, *, to="support@mizuho-desk.example", charset="utf-8", label=None,
              how=None, head="B", extra=(), content_type=None, date="Tue, 10 Nov 2026 09:12:45 +0900", **expected):
    """A plain mail. `sender` is (name, address). What is expected follows from the Unicode text.

    `head`: how subject and name are written: `B`, `Q`, `split` (cut anywhere), `raw` (the bytes themselves).
    `label`: what the mail calls its charset; `""` for no label at all.
    """
    sender_name, address = sender
    label = charset if label is None else label

    def field(text):
        if text.isascii():
            return text.encode()
        if head == "raw":
            return encode(text, charset)
        if head == "split":
            return split_words(text, charset, label=label or charset).encode()
        return words(text, charset, head, label or charset).encode()

    who = (field(sender_name) + b" " if sender_name else b"") + f"<{address}>".encode()
    fields = [
        ("Date", date),
        ("From", who),
        ("To", to),
        ("Subject", field(subject)),
        ("Message-ID", f"<{re.sub('[^a-z0-9]', '.', name)}@{address.split('@')[1]}>"),
        ("MIME-Version", "1.0"),
    ]
    kind = content_type or "text/plain"
    fields.append(("Content-Type", f'{kind}; charset="{label}"' if label else kind))
    if how:
        fields.append(("Content-Transfer-Encoding", how))
    data = encode(body, charset)
    expected = {"subject": subject, "from": address, "from_name": sender_name, "kind": "ordinary", **expected}
    if kind == "text/plain" and "text" not in expected:
        expected["text"] = body
    mail(name, says, fields + list(extra), transfer(data, how), **expected)


# --- expectations -----------------------------------------------------------------------------------------------------

def value(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, int):
        return str(v)
    if isinstance(v, list):
        return "[" + ", ".join(value(item) for item in v) + "]"
    if "\n" in v and "'''" not in v and not any(ord(c) < 32 and c not in "\n\t" for c in v):
        return "'''\n" + v + "'''"
    return json.dumps(v, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml(expected):
    lines, tables = [], []
    for key, v in expected.items():
        if isinstance(v, dict):
            tables.append(f"\n[{key}]\n" + "".join(f"{k} = {value(x)}\n" for k, x in v.items()))
        elif isinstance(v, list) and v and isinstance(v[0], dict):
            tables.extend(f"\n[[{key}]]\n" + "".join(f"{k} = {value(x)}\n" for k, x in item.items()) for item in v)
        else:
            lines.append(f"{key} = {value(v)}\n")
    return "".join(lines) + "".join(tables)
