// Reads a mail's bytes well enough to show it: the text, the HTML with its pictures, the files.

function decode(bytes, charset) {
  try { return new TextDecoder(charset || "utf-8").decode(bytes); } catch { return new TextDecoder().decode(bytes); }
}

function fromBase64(text) {
  const clean = text.replace(/[^A-Za-z0-9+/]/g, "");
  const binary = atob(clean.slice(0, clean.length - (clean.length % 4 === 1 ? 1 : 0)));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function fromQuoted(text) {
  const bytes = [];
  const clean = text.replace(/=[ \t]*\r?\n/g, "");
  for (let i = 0; i < clean.length; i++) {
    const hex = clean[i] === "=" ? clean.slice(i + 1, i + 3) : "";
    if (/^[0-9a-f]{2}$/i.test(hex)) { bytes.push(parseInt(hex, 16)); i += 2; } else bytes.push(clean.charCodeAt(i) & 255);
  }
  return Uint8Array.from(bytes);
}

function words(value) {
  return value.replace(/\?=\s+=\?/g, "?==?").replace(/=\?([^?*]+)(?:\*[^?]*)?\?([BbQq])\?([^?]*)\?=/g, (_, charset, way, text) =>
    decode(way.toLowerCase() === "b" ? fromBase64(text) : fromQuoted(text.replace(/_/g, " ")), charset));
}

function parameter(value, name) {
  const extended = new RegExp(`${name}\\*(?:0\\*)?=([^']*)'[^']*'([^;\\s]+)`, "i").exec(value);
  if (extended) return decode(fromQuoted(extended[2].replace(/%/g, "=")), extended[1]);
  const plain = new RegExp(`(?:^|[;\\s])${name}=(?:"([^"]*)"|([^;\\s]+))`, "i").exec(value);
  return plain ? words(plain[1] ?? plain[2]) : "";
}

/** A text whose letters are the bytes one by one, so that nothing is lost before the charset is known. */
const oneByOne = (bytes) => { let text = ""; for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192)); return text; };

function part(raw) {
  const split = /\r?\n\r?\n/.exec(raw);
  const head = (split ? raw.slice(0, split.index) : raw).replace(/\r?\n[ \t]+/g, " ");
  const headers = {};
  for (const line of head.split(/\r?\n/)) {
    const at = line.indexOf(":");
    if (at > 0) headers[line.slice(0, at).toLowerCase()] ??= line.slice(at + 1).trim();
  }
  return { headers, body: split ? raw.slice(split.index + split[0].length) : "" };
}

function walk(raw, found, depth = 0) {
  const { headers, body } = part(raw);
  const type = headers["content-type"] || "text/plain";
  const boundary = parameter(type, "boundary");
  if (/^multipart\//i.test(type) && boundary && depth < 12) {
    for (const piece of `\n${body}`.split(new RegExp(`\\r?\\n--${boundary.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`)).slice(1)) {
      if (piece.startsWith("--")) break;
      walk(piece.replace(/^[ \t]*\r?\n/, ""), found, depth + 1);
    }
    return headers;
  }
  const way = (headers["content-transfer-encoding"] || "").toLowerCase();
  const bytes = way === "base64" ? fromBase64(body) : way === "quoted-printable" ? fromQuoted(body) : Uint8Array.from(body, (letter) => letter.charCodeAt(0) & 255);
  const disposition = headers["content-disposition"] || "";
  const name = parameter(disposition, "filename") || parameter(type, "name");
  const cid = (headers["content-id"] || "").replace(/[<>]/g, "");
  const kind = type.split(";")[0].trim().toLowerCase();
  if (!/^attachment/i.test(disposition) && kind === "text/html" && found.html === undefined) found.html = decode(bytes, parameter(type, "charset"));
  else if (!/^attachment/i.test(disposition) && kind === "text/plain" && !name && found.text === undefined) found.text = decode(bytes, parameter(type, "charset"));
  else found.files.push({ name: name || kind, kind, bytes, cid, inline: Boolean(cid) });
  return headers;
}

const dataUrl = (file) => `data:${file.kind};base64,${btoa(oneByOne(file.bytes))}`;

/** `{text?, html?, files: [{name, kind, bytes, url, inline}], id, references: []}` of a mail's bytes. */
export function readMail(bytes) {
  const found = { files: [] };
  const headers = walk(oneByOne(bytes), found);
  for (const file of found.files) file.url = dataUrl(file);
  if (found.html !== undefined) {
    found.html = found.html.replace(/(["'(])cid:([^"')]+)/gi, (all, quote, cid) => {
      const file = found.files.find((one) => one.cid === decodeURIComponent(cid));
      return file ? quote + file.url : all;
    });
  }
  found.id = headers["message-id"] || "";
  found.references = (headers.references || headers["in-reply-to"] || "").match(/<[^<>]+>/g) || [];
  found.headers = headers;
  return found;
}

