// The page: mailboxes, folders, mails, reading. Looks again every second; draws only what has changed.

import { byId, call, chooseLanguage, clip, make, parties, party, startLanguage, t, when } from "/outlook/shared.js";
import { compose, offer, startCompose } from "/outlook/compose.js";
import { countFaults, poison } from "/outlook/poison.js";
import { readMail } from "/outlook/mime.js";

const PAGE = 50;
const FIRST_FOLDERS = ["inbox", "sentitems", "drafts"];
const view = { mailbox: "", folder: "inbox", open: "", top: PAGE };
let mailboxes = [];
let outside = [];
let drawn = {};
let busy = false;
let again = false;

/** Draws a part only when what it shows has changed: the reader's place and focus stay. */
function changed(part, value) {
  const now = JSON.stringify(value);
  if (drawn[part] === now) return false;
  drawn[part] = now;
  return true;
}

const isOutside = () => !mailboxes.some((one) => one.address === view.mailbox);
const path = (address) => encodeURIComponent(address);

function readHash() {
  const [, mailbox, folder, open] = decodeURIComponent(location.hash).split("|");
  Object.assign(view, { mailbox: mailbox ?? view.mailbox, folder: folder || "inbox", open: open ?? "", top: PAGE });
}

function go(change) {
  const elsewhere = (change.mailbox ?? view.mailbox) !== view.mailbox || (change.folder ?? view.folder) !== view.folder;
  Object.assign(view, change);
  if (elsewhere) {
    byId("messages").replaceChildren();
    drawn.messages = undefined;
  }
  history.replaceState(null, "", `#|${[view.mailbox, view.folder, view.open].map(encodeURIComponent).join("|")}`);
  refresh();
}

function drawMailboxes() {
  if (!changed("mailboxes", [mailboxes.map((one) => [one.address, one.name]), outside.map((one) => [one.address, one.name]), t("company")])) return;
  const option = (one) => make("option", { value: one.address }, one.name && one.name !== one.address ? `${one.name} <${one.address}>` : one.address);
  byId("mailbox").replaceChildren(
    make("optgroup", { label: t("company") }, ...mailboxes.map(option)),
    make("optgroup", { label: t("outside") }, ...outside.map(option)),
  );
  byId("mailbox").value = view.mailbox;
  offer(mailboxes, outside);
}

function drawFolders(folders) {
  if (!changed("folders", [folders, view.folder, view.mailbox, t("inbox")])) return;
  byId("folders").setAttribute("aria-label", t("folders"));
  byId("folders").replaceChildren(...folders.map((one) => make("button",
    { type: "button", "data-folder": one.key, "aria-current": String(one.key === view.folder), onclick: () => go({ folder: one.key, open: "", top: PAGE }) },
    make("span", {}, one.name), make("span", { class: one.unread ? "unread" : "when" }, one.unread ? String(one.unread) : one.total ? String(one.total) : ""))));
  byId("folder-name").textContent = folders.find((one) => one.key === view.folder)?.name ?? "";
}

function chips(categories) {
  const colour = (name) => {
    const known = ["red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"].findIndex((word) => name.toLowerCase().startsWith(word));
    return known >= 0 ? known : [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 8;
  };
  return (categories ?? []).map((name) => make("span", { class: `chip c${colour(name)}` }, name));
}

function drawMessages(messages, total) {
  if (!changed("messages", [messages, total, view.folder, view.open, t("inbox")])) return;
  const mine = ["sentitems", "drafts"].includes(view.folder);
  byId("messages").replaceChildren(...(messages.length === 0 ? [make("li", { class: "empty" }, t("nothing_here"))] : messages.map((one) => make("li", {},
    make("button", {
      type: "button", "data-id": one.id, class: one.isRead === false ? "unread" : "read", "aria-current": String(one.id === view.open), onclick: () => go({ open: one.id }),
    },
    make("span", { class: "line" }, make("span", { class: "who" }, (mine ? parties(one.to) : one.from?.name || party(one.from)) || t("nobody")),
      make("span", { class: "when" }, one.hasAttachments ? clip() : null, when(one.received ?? one.sent))),
    make("span", { class: "line" }, make("span", { class: "what" }, one.subject || t("no_subject"))),
    make("div", { class: "preview" }, one.preview ?? ""),
    ...chips(one.categories))))));
  byId("more").hidden = messages.length >= total;
}

/** Mail may be styled; the frame runs no script, and the page's policy, which it inherits, lets it load nothing. */
function frame(mail) {
  const element = make("iframe", { sandbox: "allow-popups allow-popups-to-escape-sandbox", title: t("mail_text") });
  const plain = document.createElement("div");
  plain.textContent = mail.text ?? "";
  const body = mail.html ?? `<pre style="white-space:pre-wrap;font:15px/1.6 system-ui,sans-serif;margin:0">${plain.innerHTML}</pre>`;
  element.srcdoc = `<!doctype html><meta charset="utf-8"><base target="_blank"><style>body{margin:12px;font:15px/1.6 system-ui,sans-serif;overflow-wrap:anywhere}img{max-width:100%}</style>${body}`;
  return element;
}

function reply(one, mail) {
  const me = outside.find((person) => person.address === view.mailbox);
  const quoted = (mail.text ?? one.preview ?? "").split(/\r?\n/).map((line) => `> ${line}`).join("\n");
  const subject = one.subject ?? "";
  compose({
    name: me?.name ?? "", address: view.mailbox, to: one.replyTo?.[0]?.address ?? one.from?.address ?? "",
    subject: /^(re|aw|返信)\s*:/i.test(subject) ? subject : `Re: ${subject}`,
    text: `\n\n${t("wrote", { when: when(one.received ?? one.sent, true), who: party(one.from) })}\n${quoted}`,
    inReplyTo: one.internetMessageId || mail.id, references: [...mail.references.filter((id) => id !== mail.id), one.internetMessageId || mail.id],
  });
}

async function drawReading(messages) {
  const one = messages.find((message) => message.id === view.open);
  if (!changed("reading", [view.mailbox, view.open, one?.id, one?.categories, one?.isRead, t("inbox")])) return;
  const pane = byId("reading");
  if (!one) {
    pane.replaceChildren(make("p", { class: "empty" }, t("choose_mail")));
    return;
  }
  const bytes = typeof one.mime === "string" ? new TextEncoder().encode(one.mime)
    : new Uint8Array(await (await fetch(`/_sandbox/mailboxes/${path(view.mailbox)}/messages/${path(one.id)}/mime`)).arrayBuffer());
  let mail = { text: one.text ?? one.preview, html: one.html, files: [], references: [], id: "" };
  try { mail = readMail(bytes); } catch (error) { console.warn(error); }
  const row = (key, value) => (value ? [make("dt", {}, t(key)), make("dd", { "data-header": key }, value)] : []);
  const files = mail.files.filter((file) => !file.inline);
  pane.replaceChildren(
    make("h2", {}, one.subject || t("no_subject")),
    make("div", {}, ...chips(one.categories)),
    make("dl", {}, ...row("from", party(one.from)), ...row("to", parties(one.to)), ...row("cc", parties(one.cc)), ...row("date", when(one.received ?? one.sent, true))),
    make("div", { class: "tools" },
      isOutside() && view.folder === "inbox" ? make("button", { type: "button", id: "reply", class: "primary", onclick: () => reply(one, mail) }, t("reply")) : null,
      isOutside() ? null : make("button", { type: "button", id: "poison", title: t("poison_hint"), onclick: () => poison(view.mailbox, one.id) }, t("poison"))),
    ...(files.length ? [make("div", { class: "files" }, ...files.map((file) => make("a", { href: file.url, download: file.name }, clip(), file.name)))] : []),
    frame(mail),
  );
}

async function company() {
  const box = mailboxes.find((one) => one.address === view.mailbox);
  const order = (one) => { const at = FIRST_FOLDERS.indexOf(one.well_known); return at < 0 ? 9 : at; };
  const folders = (box?.folders ?? []).map((one) => ({ key: one.well_known || one.name, well_known: one.well_known, name: one.name, total: one.total, unread: one.unread }))
    .filter((one) => FIRST_FOLDERS.includes(one.key) || one.total > 0).sort((a, b) => order(a) - order(b));
  const found = await call(`mailboxes/${path(view.mailbox)}/messages?folder=${path(view.folder)}&top=${view.top}&skip=0`);
  return { folders, messages: found.messages, total: found.total };
}

async function person() {
  const answer = await call(`outside/${path(view.mailbox)}/messages`);
  const all = (Array.isArray(answer) ? answer : answer.messages ?? []).map((one, i) => ({ ...one, id: one.id ?? one.internetMessageId ?? String(i), isRead: true }));
  const sent = (one) => one.from?.address?.toLowerCase() === view.mailbox.toLowerCase();
  const lists = { inbox: all.filter((one) => !sent(one)), sentitems: all.filter(sent) };
  const folders = [["inbox", t("inbox")], ["sentitems", t("sent_items")]].map(([key, name]) => ({ key, name, total: lists[key].length, unread: 0 }));
  const messages = lists[view.folder] ?? [];
  return { folders, messages: messages.slice(0, view.top), total: messages.length };
}

/** Looks again; a wish to look that comes while looking is granted afterwards. */
async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  again = false;
  try {
    [mailboxes, outside] = await Promise.all([call("mailboxes"), call("outside")]);
    if (!view.mailbox) view.mailbox = mailboxes[0]?.address ?? outside[0]?.address ?? "";
    drawMailboxes();
    const { folders, messages, total } = view.mailbox ? await (isOutside() ? person() : company()) : { folders: [], messages: [], total: 0 };
    if (!again) {
      drawFolders(folders);
      drawMessages(messages, total);
      await drawReading(messages);
    }
    await countFaults();
    byId("offline").hidden = true;
  } catch (error) {
    console.warn(error);
    byId("offline").hidden = false;
  } finally {
    busy = false;
    if (again) refresh();
  }
}

async function start() {
  await chooseLanguage(startLanguage());
  byId("language").value = document.documentElement.lang;
  byId("language").addEventListener("change", async (event) => {
    localStorage.setItem("outlook-language", event.target.value);
    await chooseLanguage(event.target.value);
    drawn = {};
    await refresh();
  });
  byId("mailbox").addEventListener("change", (event) => go({ mailbox: event.target.value, folder: "inbox", open: "", top: PAGE }));
  byId("new-mail").addEventListener("click", () => compose(isOutside()
    ? { name: outside.find((one) => one.address === view.mailbox)?.name ?? "", address: view.mailbox }
    : { to: view.mailbox }));
  byId("more").addEventListener("click", () => go({ top: view.top + PAGE }));
  startCompose(refresh);
  readHash();
  addEventListener("hashchange", () => { readHash(); refresh(); });
  await refresh();
  setInterval(() => { if (!busy) refresh(); }, 1000);
}

start();
