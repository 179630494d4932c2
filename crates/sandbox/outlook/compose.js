// Writing a mail as an outside customer, anew or as a reply to one they received.

import { byId, call, make, t, toast } from "/outlook/shared.js";

let thread = { inReplyTo: undefined, references: [] };
let afterSend = () => {};

const field = (name) => byId("compose-form").elements[name];

/** Opens the form. `start`: what is filled in already; `inReplyTo`, `references` for a reply. */
export function compose(start = {}) {
  const form = byId("compose-form");
  form.reset();
  byId("compose-error").hidden = true;
  thread = { inReplyTo: start.inReplyTo, references: start.references ?? [] };
  byId("compose-title").textContent = thread.inReplyTo ? t("reply") : t("new_mail");
  const last = JSON.parse(localStorage.getItem("outlook-writer") || "{}");
  field("from_name").value = start.name ?? last.name ?? "";
  field("from_address").value = start.address ?? last.address ?? "";
  field("to").value = start.to ?? "";
  field("subject").value = start.subject ?? "";
  field("text").value = start.text ?? "";
  byId("compose").showModal();
  const first = field("from_address").value ? (field("to").value ? field("text") : field("to")) : field("from_name");
  first.focus();
  if (first === field("text")) first.setSelectionRange(0, 0);
}

/** Offers the addresses that are known. */
export function offer(mailboxes, outside) {
  byId("company-addresses").replaceChildren(...mailboxes.map((one) => make("option", { value: one.address }, one.name)));
  byId("outside-addresses").replaceChildren(...outside.map((one) => make("option", { value: one.address }, one.name ?? "")));
  byId("outside-names").replaceChildren(...outside.filter((one) => one.name).map((one) => make("option", { value: one.name })));
}

async function attachments() {
  return Promise.all(Array.from(field("file").files, async (file) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = "";
    for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return { name: file.name, contentType: file.type || "application/octet-stream", contentBytes: btoa(binary) };
  }));
}

async function send(event) {
  event.preventDefault();
  byId("send").disabled = true;
  const from = { name: field("from_name").value.trim(), address: field("from_address").value.trim() };
  try {
    const mail = {
      from,
      to: field("to").value.split(/[,;]/).map((address) => address.trim()).filter(Boolean).map((address) => ({ address })),
      subject: field("subject").value,
      text: field("text").value,
      attachments: await attachments(),
    };
    if (thread.inReplyTo) Object.assign(mail, thread);
    await call("outside/send", { body: mail });
    localStorage.setItem("outlook-writer", JSON.stringify(from));
    byId("compose").close();
    toast(t("sent"));
    afterSend();
  } catch (error) {
    byId("compose-error").textContent = t("send_failed", { why: error.message });
    byId("compose-error").hidden = false;
  } finally {
    byId("send").disabled = false;
  }
}

export function startCompose(done) {
  afterSend = done;
  byId("compose-form").addEventListener("submit", send);
  byId("cancel").addEventListener("click", () => byId("compose").close());
}
