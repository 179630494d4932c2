// What the pages do beyond links and forms. All of it is comfort: without this script every page still works.
"use strict";
(() => {
  const language = document.documentElement.lang;

  // The reader's time zone: told to the server by a cookie; times of a page drawn before that are put right here.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.split("; ").includes("tz=" + encodeURIComponent(zone))) {
    document.cookie = "tz=" + encodeURIComponent(zone) + "; path=/; max-age=31536000; samesite=lax";
  }

  const sameDay = (a, b) => a.toDateString() === b.toDateString();

  function localTime(element) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) return;
    const now = new Date();
    const day = { day: "numeric", month: "short" };
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    let form = { ...day, year: "numeric", ...clock };
    element.title = new Intl.DateTimeFormat(language, form).format(at);
    if (element.dataset.local === "short") {
      form = sameDay(at, now) ? clock : at.getFullYear() === now.getFullYear() ? day : { ...day, year: "numeric" };
    }
    element.textContent = new Intl.DateTimeFormat(language, form).format(at);
    delete element.dataset.local;
  }

  // Mails stand in frames without scripts; their height is measured from here. Long ones are cut until asked for.
  const TALL = 900;

  function fit(frame) {
    const inside = frame.contentDocument && frame.contentDocument.documentElement;
    if (!inside || !frame.clientWidth) return;
    frame.style.height = "0";
    const height = inside.scrollHeight;
    const wanted = frame.dataset.whole === "yes" ? height : Math.min(height, TALL);
    frame.style.height = wanted + "px";
    let more = frame.nextElementSibling;
    const hasMore = more && more.classList.contains("show-all");
    if (height <= wanted && hasMore) more.remove();
    if (height > wanted && !hasMore) {
      more = document.createElement("button");
      more.type = "button";
      more.className = "show-all link";
      more.textContent = document.body.dataset.showAll;
      more.addEventListener("click", () => { frame.dataset.whole = "yes"; fit(frame); });
      frame.after(more);
    }
  }

  // What is unfolded in a mail is wanted whole: the frame grows with it.
  function watch(frame) {
    const inside = frame.contentDocument;
    if (!inside) return;
    inside.addEventListener("toggle", () => {
      frame.dataset.whole = "yes";
      fit(frame);
    }, true);
    // Pictures without sizes push what stands below them.
    inside.addEventListener("load", () => fit(frame), true);
    fit(frame);
  }

  function frames(root) {
    for (const frame of root.querySelectorAll("iframe.mail")) {
      if (!frame.dataset.watched) {
        frame.dataset.watched = "yes";
        frame.addEventListener("load", () => watch(frame));
        watch(frame);
      }
      fit(frame);
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  // A menu closes when something else is clicked, and by Escape.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A fold that is opened shows frames that had no size before.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.fold[open]")) frames(event.target);
  }, true);

  // Parts that somebody folded stay folded on the next page.
  const folded = (part) => "folded:" + location.pathname + "#" + part.id;
  for (const part of document.querySelectorAll("details[data-keep]")) {
    try { if (sessionStorage.getItem(folded(part))) part.open = false; } catch { /* not allowed to keep anything */ }
  }
  document.addEventListener("toggle", (event) => {
    const part = event.target;
    if (!part.matches("details[data-keep]")) return;
    try {
      if (part.open) sessionStorage.removeItem(folded(part)); else sessionStorage.setItem(folded(part), "yes");
    } catch { /* not allowed to keep anything */ }
  }, true);

  // Forms that must not be sent twice; the server knows the form by its key anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.classList.add("sending");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-sent]")) {
      delete form.dataset.sent;
      form.classList.remove("sending");
    }
  });

  // Forms of one menu are sent by choosing; their button is for those without script.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosend]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });

  // A preview follows what is typed; its button is for those without script.
  let typing;
  function preview(event) {
    const button = event.target.closest("[data-live]") && event.target.form.querySelector("[data-preview]");
    if (!button) return;
    clearTimeout(typing);
    typing = setTimeout(() => button.form.requestSubmit(button), event.type === "input" ? 400 : 0);
  }
  // A preview that begins while the form is being sent would stop the sending.
  document.addEventListener("submit", (event) => {
    if (!event.submitter || !event.submitter.matches("[data-preview]")) clearTimeout(typing);
  });
  document.addEventListener("input", preview);
  document.addEventListener("change", preview);

  // Files that are too large are refused before minutes of sending them.
  document.addEventListener("change", (event) => {
    const chosen = event.target;
    if (!chosen.matches("input[type=file][data-most]")) return;
    const total = [...chosen.files].reduce((sum, file) => sum + file.size, 0);
    chosen.setCustomValidity(total > Number(chosen.dataset.most) ? chosen.dataset.tooLarge : "");
    chosen.reportValidity();
    ways(chosen);
  });

  // One mark for all rows of a form.
  document.addEventListener("change", (event) => {
    const all = event.target;
    if (!all.matches("[data-mark-all]")) return;
    for (const box of all.form.querySelectorAll("tbody input[type=checkbox]")) box.checked = all.checked;
  });

  // Which of the chosen files travel in the mail, by the rule of the server: in order, each that still fits.
  function ways(chosen) {
    const list = document.getElementById(chosen.dataset.list);
    if (!list) return;
    let left = Number(chosen.dataset.together);
    list.replaceChildren(...[...chosen.files].map((file) => {
      const along = file.size <= Number(chosen.dataset.single) && file.size <= left;
      if (along) left -= file.size;
      const line = document.createElement("li");
      const words = document.createElement("span");
      words.className = "file-words";
      words.textContent = `${file.name} (${(Math.ceil(file.size / 104857.6) / 10).toFixed(1)} MB) `;
      const way = document.createElement("span");
      way.className = along ? "badge plain public-only" : "badge wait public-only";
      way.textContent = along ? chosen.dataset.along : chosen.dataset.asLink;
      words.append(way);
      line.append(words);
      return line;
    }));
  }

  // Ctrl+Enter or Cmd+Enter sends the answer.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "answer-text") {
      event.target.form.requestSubmit();
    }
  });

  function refresh() {
    document.querySelectorAll("time[data-local]").forEach(localTime);
    frames(document);
  }

  let resizing;
  window.addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => frames(document), 150);
  });
  document.addEventListener("htmx:after:swap", refresh);
  refresh();
})();
