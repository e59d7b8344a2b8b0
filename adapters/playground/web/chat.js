// The script of the local chat: keeps a window up to date, sends what people
// do, and shows forms. The server makes all HTML of messages; this script puts
// it in its place. It has no words of its own.
"use strict";
(() => {
  const begin = JSON.parse(document.getElementById("begin").textContent);
  const token = document.querySelector('meta[name="token"]').content;
  const W = begin.words;
  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const list = $("#berichten");
  const thread = $("#draad");
  let rev = begin.rev;

  // ---- a name for this window, so that a form opens where it was asked for
  const store = {
    get(key) { try { return sessionStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key); } catch { /* forbidden */ } },
  };
  const random = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
  const tab = store.get("tab") || random();
  store.set("tab", tab);

  // ---- talking to the server
  async function post(path, body, patience) {
    let answer;
    try {
      answer = await fetch(begin.home + path, {
        method: "POST", headers: { "Content-Type": "application/json", "X-Form-Token": token }, body: JSON.stringify(body),
        signal: patience ? AbortSignal.timeout(patience) : undefined,
      });
    } catch {
      return { ok: false, error: W.lost, lost: true };
    }
    const data = await answer.json().catch(() => ({ error: W.failed }));
    // A session ends when everything was forgotten; nobody here waits for more.
    if (answer.status === 403 && data.gone) {
      location.assign("/?gewist");
      return new Promise(() => {});
    }
    return Object.assign(data, { ok: answer.ok });
  }

  function html(text) {
    const t = document.createElement("template");
    t.innerHTML = text;
    return t.content;
  }

  function make(tag, attributes = {}, ...children) {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) {
      if (v === false || v === undefined || v === null) continue;
      if (k === "text") e.textContent = v;
      else if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
      else e.setAttribute(k, v === true ? "" : v);
    }
    e.append(...children);
    return e;
  }

  const cross = () => html('<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><path d="m5 5 10 10M15 5 5 15"/></svg>');

  // toast says that something did not work, until it is closed.
  function toast(title, inner) {
    const body = make("div", { class: "toast-in" });
    if (title) body.append(make("strong", { text: title }));
    body.append(typeof inner === "string" ? make("p", { text: inner }) : inner);
    const box = make("div", { class: "toast" }, body);
    const close = make("button", { type: "button", class: "icon-btn", "aria-label": W.dismiss, onclick: () => box.remove() });
    close.append(cross());
    box.append(close);
    $("#toasts").append(box);
    while ($("#toasts").children.length > 3) $("#toasts").firstChild.remove();
  }
  const problem = (p, title) => toast(title, p.html ? html(p.html) : p.error || W.failed);

  // lead adds the way to what the bot wrote about it, once that is there.
  function lead() {
    const link = $('#sidebar a[href*="/met/convenantbot"]'), box = $("#toasts").lastElementChild;
    if (!box || !link || !$(".badge", link) || $("a.to-bot", box)) return;
    $(".toast-in", box).append(make("p", {}, make("a", { class: "to-bot", href: link.getAttribute("href"), text: W.toBot })));
  }

  // ---- the list of messages
  const near = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 120;
  const bottom = (box) => { box.scrollTop = box.scrollHeight; };

  // follow goes to the end of a list, but never past the beginning of what is new:
  // who reads a long answer begins at its first line.
  function follow(box, first) {
    bottom(box);
    if (!first) return;
    const over = box.getBoundingClientRect().top + 8 - first.getBoundingClientRect().top;
    if (over > 0) box.scrollTop -= over;
  }

  // A list that was read to its end stays at its end when there is less room.
  for (const box of [list, thread].filter(Boolean)) {
    let end = true;
    box.addEventListener("scroll", () => { end = near(box); }, { passive: true });
    new ResizeObserver(() => { if (end) bottom(box); }).observe(box);
  }

  // arrange puts a line between days, and leaves out the head of a message that
  // follows another by the same person within five minutes.
  function arrange(box) {
    // A line that stands well stays: a reader hears everything that comes in anew.
    const kept = new Set();
    let before = null, day = "";
    for (const m of $$("[data-id]", box)) {
      if (m.dataset.day !== day) {
        day = m.dataset.day;
        before = null;
        let line = m.previousElementSibling;
        if (!line?.classList.contains("day") || line.textContent !== day) {
          line = make("div", { class: "day", role: "separator" }, make("span", { text: day }));
          m.before(line);
        }
        kept.add(line);
      }
      const follows = before && m.dataset.author && before.dataset.author === m.dataset.author && !m.classList.contains("from-bot") &&
        !("whisper" in m.dataset) && !("whisper" in before.dataset) && !m.classList.contains("is-pinned") &&
        Date.parse(m.dataset.at) - Date.parse(before.dataset.at) < 300000;
      m.classList.toggle("follows", Boolean(follows));
      before = m;
    }
    $$(".day", box).forEach((d) => { if (!kept.has(d)) d.remove(); });
    const welcome = $(".welcome", box);
    if (welcome) welcome.hidden = Boolean($("[data-id]", box));
  }

  function place(box, message, prefix) {
    const fresh = html(message.html).firstElementChild;
    if (!fresh) return;
    const old = document.getElementById(prefix + message.id);
    if (old) {
      const focused = old.contains(document.activeElement) && document.activeElement.dataset.press;
      old.replaceWith(fresh);
      if (focused !== undefined && focused !== false) $(`[data-press="${focused}"]`, fresh)?.focus();
      return;
    }
    // In the order of the list: after the last one that is not later.
    const later = $$("[data-id]", box).find((m) => Number(m.dataset.seq) > message.seq);
    later ? later.before(fresh) : box.append(fresh);
  }

  function swap(id, text) {
    const box = document.getElementById(id);
    if (!box) return;
    const fresh = box.cloneNode(false);
    fresh.append(html(text));
    const unfolded = $$("details", box).map((d) => d.open); // what somebody is looking at stays unfolded
    $$("details", fresh).forEach((d, n) => { d.open = Boolean(unfolded[n]); });
    if (fresh.isEqualNode(box)) return;
    const active = box.contains(document.activeElement) ? document.activeElement : null;
    const called = active && ["id", "href", "data-remove", "data-fill", "data-sample"].find((name) => active.getAttribute(name));
    const again = called ? `[${called}="${CSS.escape(active.getAttribute(called))}"]` : active?.tagName === "SUMMARY" ? "summary" : null;
    if (active && active.tagName === "SELECT") return; // somebody is choosing: next time
    box.replaceChildren(...fresh.childNodes);
    if (!active) return;
    const next = again && $(again, box);
    if (next) { next.focus(); return; }
    box.tabIndex = -1; // what had the focus is gone: the reader stays in this part
    box.focus();
  }

  // ---- keeping up: ask for what changed, one question at a time
  let asking = false, askAgain = false;
  async function sync() {
    if (asking) { askAgain = true; return; }
    asking = true;
    do {
      askAgain = false;
      const s = await post("stand", { ...begin.at, rev, seen: document.visibilityState === "visible" }, 30000);
      if (s.lost) { offline(true); break; }
      if (s.ok && socket?.readyState === WebSocket.OPEN) offline(false);
      if (s.gone) { location.assign(begin.home + "?weg=1"); return; }
      if (s.ok && s.messages) apply(s); // an answer that was cut off tells nothing
    } while (askAgain);
    asking = false;
  }
  // While nothing comes through it is tried again, also when the connection does not
  // know yet that it is dead, as after a laptop was closed.
  setInterval(() => { if (lost) sync(); }, 3000);
  addEventListener("offline", () => sync());
  addEventListener("online", () => sync());

  // next is the step of the tour that comes now.
  const next = () => $('.tour [aria-current="step"]');

  function apply(s) {
    const stuck = near(list), threadStuck = thread && near(thread);
    const before = new Set($$("[data-id]", list).map((m) => m.id));
    rev = s.rev;
    for (const m of s.messages) {
      if (!m.thread) place(list, m, "m-");
      if (thread && m.thread === begin.at.thread) place(thread, m, "d-");
    }
    const there = new Set(s.whispers.map((w) => w.id));
    $$("[data-whisper]", list).forEach((w) => { if (!there.has(w.dataset.id)) w.remove(); });
    for (const w of s.whispers) if (!document.getElementById("m-" + w.id)) place(list, w, "m-");
    arrange(list);
    if (thread) arrange(thread);
    swap("sidebar", s.sidebar);
    if ($("#toasts .of-bot")) lead();
    swap("header", s.header);
    swap("clock", s.clock);
    const step = next()?.innerText;
    if (s.panel) swap("panel", s.panel);
    if (next()?.innerText !== step) next()?.scrollIntoView({ block: "nearest" });
    document.title = s.title;
    $$(".composer").forEach((f) => close(f, s.closed));
    for (const c of composers) c.posted();
    if (stuck) follow(list, $$("[data-id]", list).find((m) => !before.has(m.id)));
    if (threadStuck) bottom(thread);
  }

  function close(form, closed) {
    form.toggleAttribute("data-closed", closed);
    const note = $(".closed", form);
    if (note) note.hidden = !closed;
  }

  let socket = null, waits = 0, lost = false, again = false;
  function connect() {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${begin.home}live?tab=${encodeURIComponent(tab)}`);
    socket.onopen = () => { waits = 0; offline(false); document.body.dataset.live = "yes"; };
    socket.onmessage = (e) => {
      const p = JSON.parse(e.data);
      if (p.kind === "poke") sync();
      if (p.kind === "form") openForm(p.form);
      if (p.kind === "forgotten") location.assign("/?gewist");
    };
    socket.onclose = () => {
      delete document.body.dataset.live;
      waits++;
      if (waits > 1) offline(true);
      sync(); // it may be there again, and have forgotten who this is
      setTimeout(connect, Math.min(8000, 250 * 2 ** waits));
    };
  }
  function offline(yes) {
    const box = $("#offline");
    if (yes) { box.textContent = again ? W.againBusy : W.lost; box.hidden = false; lost = true; return; }
    if (!lost) return;
    lost = false;
    box.textContent = W.back;
    setTimeout(() => { if (!lost) box.hidden = true; }, 2000);
  }
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") sync(); });

  // ---- the composer
  function composer(form) {
    const field = $("textarea", form), pick = $(".pick", form), staged = $(".staged", form), suggest = $(".suggest", form);
    const to = { channel: form.dataset.channel, thread: form.dataset.thread };
    const draft = `draft ${begin.me} ${to.channel} ${to.thread}`;
    let files = []; // {id, chip}, id is blank while it is judged
    let busy = false, waits = false; // waits: send as soon as every file was looked at

    const grow = () => { field.style.height = "auto"; field.style.height = Math.min(field.scrollHeight, 220) + "px"; };
    field.value = field.value || store.get(draft) || "";
    field.addEventListener("input", () => {
      opener = null; store.set(draft, field.value); grow(); offer(); });
    grow();

    // suggestions
    let offered = [], chosen = -1;
    function commandOffers(text) {
      const words = text.slice(1).split(" ");
      let level = begin.commands, prefix = "/";
      while (words.length > 1) {
        const found = level.find((c) => c.name === words[0].toLowerCase());
        if (!found) return [];
        prefix += found.name + " ";
        level = found.sub || [];
        words.shift();
      }
      return level.filter((c) => c.name.startsWith(words[0].toLowerCase())).map((c) => ({
        text: prefix + c.name + (c.args || (c.sub && c.sub.length) ? " " : ""), label: prefix + c.name, args: c.args, help: c.help, from: 0,
      }));
    }
    function nameOffers(text) {
      const m = /(^|\s)@([\p{L}\d-]*)$/u.exec(text);
      if (!m) return [];
      const q = m[2].toLowerCase();
      return begin.people.filter((p) => p.id !== begin.me && (p.id.startsWith(q) || p.name.toLowerCase().split(" ").some((n) => n.startsWith(q)))).slice(0, 7)
        .map((p) => ({ text: "@" + p.id + " ", label: "@" + p.id, args: "", help: `${p.name}, ${p.function}`, from: text.length - m[2].length - 1 }));
    }
    function offer() {
      const text = field.value.slice(0, field.selectionStart);
      offered = text.includes("\n") ? [] : text.startsWith("/") ? commandOffers(text) : nameOffers(text);
      if (offered.length === 1 && offered[0].text.trimEnd() === text.trimEnd() && !text.endsWith("@")) offered = offered[0].args ? offered : [];
      chosen = offered.length ? 0 : -1;
      draw();
    }
    function draw() {
      suggest.replaceChildren(...offered.map((o, n) => make("li", {
        role: "option", id: `${suggest.id}-${n}`, "aria-selected": String(n === chosen),
        onmousedown: (e) => { e.preventDefault(); take(n); },
      }, make("code", { text: o.label }), o.args ? make("span", { class: "args", text: o.args }) : "", make("span", { class: "what", text: o.help || "" }))));
      suggest.hidden = !offered.length;
      chosen >= 0 ? field.setAttribute("aria-activedescendant", `${suggest.id}-${chosen}`) : field.removeAttribute("aria-activedescendant");
      $('[aria-selected="true"]', suggest)?.scrollIntoView({ block: "nearest" });
      const said = offered.length ? W.suggestions.replace("%d", offered.length) : "", offers = $(".offers", form);
      if (offers.textContent !== said) offers.textContent = said;
    }
    function take(n) {
      const o = offered[n], at = field.selectionStart;
      field.value = field.value.slice(0, o.from) + o.text + field.value.slice(at);
      field.selectionStart = field.selectionEnd = o.from + o.text.length;
      store.set(draft, field.value);
      offer();
    }
    const hush = () => { offered = []; chosen = -1; draw(); };
    field.addEventListener("blur", () => setTimeout(hush, 100));

    field.addEventListener("keydown", (e) => {
      if (e.isComposing) return;
      if (offered.length) {
        if (e.key === "ArrowDown" || e.key === "ArrowUp") {
          e.preventDefault();
          chosen = (chosen + (e.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
          draw();
          return;
        }
        const same = offered[chosen].text.trimEnd() === field.value.trimEnd();
        if (e.key === "Tab" && !e.shiftKey && !same || e.key === "Enter" && !e.shiftKey && !same) { e.preventDefault(); take(chosen); return; }
        if (e.key === "Escape") { e.preventDefault(); hush(); return; }
      }
      if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); form.requestSubmit(); }
    });

    // files: judged as soon as they are chosen, posted with the message
    function upload(file) {
      const state = make("span", { class: "state", text: W.checking });
      const meter = make("progress", { max: 1, value: 0, "aria-label": file.name });
      const chip = make("li", { class: "chip" }, make("span", { class: "file-name", text: file.name }), state, meter);
      const one = { id: "", chip };
      files.push(one);
      staged.append(chip);
      const request = new XMLHttpRequest();
      const drop = () => { files = files.filter((f) => f !== one); chip.remove(); if (!waits || !files.length) waits = false; field.focus(); };
      const remove = make("button", { type: "button", class: "icon-btn", "aria-label": W.removeFile.replace("%s", file.name), onclick: () => {
        one.id ? post("bestand-weg", { channel: to.channel, file: one.id }) : request.abort();
        drop();
      } });
      remove.append(cross());
      chip.append(remove);
      request.open("POST", `${begin.home}bestand?kanaal=${encodeURIComponent(to.channel)}&naam=${encodeURIComponent(file.name)}`);
      request.setRequestHeader("X-Form-Token", token);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.responseType = "json";
      request.upload.onprogress = (e) => { if (e.lengthComputable && e.total) meter.value = e.loaded / e.total; };
      request.onload = () => {
        if (request.status === 200) {
          one.id = request.response.id;
          chip.classList.add("ok");
          state.textContent = `${request.response.size}, ${W.checked}`;
          meter.remove();
          if (waits) form.requestSubmit();
          return;
        }
        waits = false;
        drop();
        problem(request.response || {}, `${W.notPosted}: ${file.name}`);
        $("#toasts").lastElementChild.classList.add("of-bot");
        sync();
      };
      request.onerror = () => { drop(); problem({ error: W.lost }, file.name); };
      request.send(file);
    }
    const uploadAll = (some) => { if (!form.hasAttribute("data-closed")) [...some].forEach(upload); field.focus(); };
    $(".attach", form).addEventListener("click", () => pick.click());
    pick.addEventListener("change", () => { uploadAll(pick.files); pick.value = ""; });
    field.addEventListener("paste", (e) => { if (e.clipboardData.files.length) { e.preventDefault(); uploadAll(e.clipboardData.files); } });

    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      const text = field.value.trim();
      if (busy || (!text && !files.length)) return;
      waits = files.some((f) => !f.id);
      if (waits) return;
      busy = true;
      form.setAttribute("aria-busy", "true");
      hush();
      const sent = files, typed = field.value;
      const answer = await post("bericht", { ...to, tab, text, files: sent.map((f) => f.id) });
      busy = false;
      form.removeAttribute("aria-busy");
      held.set(answer.ok || sent.length ? null : { text: plain(text), times: standing(plain(text)) });
      if (!answer.ok) {
        if (sent.length) { sent.forEach((f) => f.chip.remove()); files = files.filter((f) => !sent.includes(f)); }
        problem(answer, W.notPosted);
        if (answer.html) $("#toasts").lastElementChild.classList.add("of-bot"); // the bot says more elsewhere
        sync();
        return;
      }
      sent.forEach((f) => f.chip.remove());
      files = files.filter((f) => !sent.includes(f));
      $("#toasts").replaceChildren(); // what went wrong before went well now
      // What was typed while it was on its way stays.
      field.value = field.value.startsWith(typed) ? field.value.slice(typed.length).trimStart() : field.value === typed ? "" : field.value;
      store.set(draft, field.value);
      grow();
      await sync();
      bottom(to.thread ? thread : list);
    });
    // posted lets go of a draft that the bot held and then posted for its writer: sent
    // again it would stand there twice. held is what was held, and how often the same
    // stood there already.
    const plain = (text) => text.replace(/\s+/g, " ").trim();
    const standing = (text) => $$(".msg", to.thread ? thread : list).filter((m) => m.dataset.author === begin.me && $(".mark.via", m) && plain($(".body", m)?.innerText || "") === text).length;
    const held = { get: () => JSON.parse(store.get("held " + draft) || "null"), set: (h) => store.set("held " + draft, h && JSON.stringify(h)) };
    function posted() {
      const h = held.get();
      if (!h || plain(field.value) !== h.text || standing(h.text) <= h.times) return;
      held.set(null);
      field.value = "";
      store.set(draft, "");
      grow();
    }
    posted();
    return { field, uploadAll, posted, fill(text) { field.value = text; store.set(draft, text); grow(); field.focus(); offer(); hush(); } };
  }
  const composers = $$(".composer").map(composer);
  const main = composers[0];

  // ---- dragging a file onto the channel
  const drop = $("#drop");
  let over = 0;
  const carries = (e) => [...(e.dataTransfer?.types || [])].includes("Files");
  addEventListener("dragenter", (e) => { if (carries(e)) { e.preventDefault(); over++; drop.hidden = false; } });
  addEventListener("dragover", (e) => { if (carries(e)) e.preventDefault(); });
  addEventListener("dragleave", (e) => { if (carries(e) && --over <= 0) { over = 0; drop.hidden = true; } });
  addEventListener("drop", (e) => {
    if (!carries(e)) return;
    e.preventDefault();
    over = 0;
    drop.hidden = true;
    main.uploadAll(e.dataTransfer.files);
  });

  // ---- buttons in messages, members, tour
  let opener = null; // the button that was pressed last
  document.addEventListener("click", async (e) => {
    const hit = e.target.closest("button");
    if (!hit) return;
    const message = hit.closest("[data-id]");
    if (hit.dataset.press !== undefined) {
      if (hit.getAttribute("aria-disabled") === "true") return;
      hit.setAttribute("aria-disabled", "true"); // and not disabled: the focus stays
      opener = hit;
      const answer = await post("knop", { tab, channel: begin.at.channel, message: message.dataset.id, button: Number(hit.dataset.press) });
      setTimeout(() => hit.removeAttribute("aria-disabled"), 600);
      if (!answer.ok) problem(answer, W.notDone);
    } else if (hit.dataset.dismiss !== undefined) {
      message.remove();
      arrange(list);
      main.field.focus();
      post("fluister-weg", { channel: begin.at.channel, message: message.dataset.id });
    } else if (hit.dataset.remove) {
      const answer = await post("lid", { channel: begin.at.channel, person: hit.dataset.remove, remove: true });
      answer.ok ? sync() : problem(answer, W.notDone);
    } else if (hit.dataset.fill) {
      main.fill(hit.dataset.fill);
      aside();
    } else if (hit.dataset.sample !== undefined) {
      const data = await (await fetch(begin.home + "voorbeeld/" + encodeURIComponent(hit.dataset.sample))).blob();
      aside();
      main.uploadAll([new File([data], hit.dataset.sample, { type: "text/plain" })]);
    } else if (hit.dataset.days) {
      const answer = await post("klok", { days: Number(hit.dataset.days) });
      if (!answer.ok) problem(answer, W.notDone);
    }
  });
  document.addEventListener("submit", async (e) => {
    if (e.target.id === "add-member") {
      e.preventDefault();
      const select = $("#add-who");
      const answer = await post("lid", { channel: begin.at.channel, person: select.value });
      select.value = "";
      select.blur();
      answer.ok ? sync() : problem(answer, W.notDone);
    }
    if (e.target.id === "clock-to") {
      e.preventDefault();
      const answer = await post("klok", { to: $("#clock-date").value });
      if (!answer.ok) problem(answer, W.notDone);
    }
  });

  // ---- the menu on a narrow screen
  const narrow = matchMedia("(max-width: 860px)");
  const panel = $("aside.panel");

  // cover keeps the focus out of what lies under the menu or the panel on a narrow
  // screen; aside puts the panel away there.
  function cover() {
    const open = narrow.matches && document.body.classList.contains("menu-open");
    const over = narrow.matches && Boolean(panel) && !document.body.classList.contains("soft");
    $("#main").inert = open || over;
    if (panel) panel.inert = open;
  }
  function aside() {
    if (narrow.matches) document.body.classList.add("soft");
    cover();
  }
  narrow.addEventListener("change", cover);
  cover();
  function menu(open) {
    document.body.classList.toggle("menu-open", open);
    $("#menu").setAttribute("aria-expanded", String(open));
    cover();
    (open ? $("#menu-close") : $("#menu")).focus();
  }
  $("#menu").addEventListener("click", () => menu(true));
  $("#menu-close").addEventListener("click", () => menu(false));
  document.addEventListener("keydown", (e) => { if (e.key === "Escape" && document.body.classList.contains("menu-open")) menu(false); });

  // ---- forms
  const dialog = $("#dialog");
  let current = null, waiting = [], from = null;

  function openForm(form) {
    if (current?.id === form.id || waiting.some((f) => f.id === form.id)) return;
    if (dialog.open) { waiting.push(form); return; }
    // Afterwards the focus goes back to the button that asked for it.
    from = opener?.isConnected ? opener : null;
    opener = null;
    drawForm(form);
    refill(JSON.parse(store.get("form " + form.id) || "{}"));
    dialog.showModal();
    first();
  }
  // What was filled in is there again when the page was loaded anew meanwhile.
  dialog.addEventListener("input", () => { if (current) store.set("form " + current.id, JSON.stringify(read())); });
  function refill(values) {
    for (const box of $$("[data-field]", dialog)) {
      const all = values[box.dataset.field];
      if (!all) continue;
      for (const i of $$("input, select, textarea", box)) {
        if (box.dataset.kind === "tick") i.checked = all[0] === "true";
        else if (["radio", "checkbox"].includes(i.type)) i.checked = all.includes(i.value);
        else i.value = all[0] || "";
      }
    }
  }
  const first = () => ($("[data-field] input, [data-field] select, [data-field] textarea", dialog) || $("button[value=send]", dialog))?.focus();

  function done() {
    const asked = dialog.classList.contains("ask");
    if (current) store.set("form " + current.id, "");
    current = null;
    dialog.close();
    dialog.classList.remove("ask");
    asked ? $("#again").focus() : (from?.isConnected ? from : main.field).focus();
    const next = waiting.shift();
    if (next) openForm(next);
  }
  dialog.addEventListener("cancel", (e) => { e.preventDefault(); cancel(); });
  function cancel() {
    if (current) post("formulier-weg", { form: current.id });
    done();
  }

  function drawForm(form) {
    current = form;
    const errors = make("div", { class: "errors", role: "alert", hidden: true, tabindex: "-1" });
    const x = make("button", { type: "button", class: "icon-btn", "aria-label": W.formClose, onclick: cancel });
    x.append(cross());
    const send = make("button", { class: "btn primary", value: "send", text: form.send });
    const body = make("form", { novalidate: true, onsubmit: (e) => { e.preventDefault(); submit(send); } },
      make("header", {}, make("h2", { id: "dialog-title", text: form.title }), x),
      make("div", { class: "fields" }, errors, form.intro ? make("div", { class: "intro body" }, html(form.intro)) : "", ...form.fields.map((f) => drawField(f, form))),
      make("footer", {}, make("button", { type: "button", class: "btn quiet", text: W.cancel, onclick: cancel }), send));
    dialog.replaceChildren(body);
  }

  function drawField(f, form) {
    const id = "f-" + f.name;
    const values = f.default || [];
    const described = [f.help ? id + "-help" : "", id + "-error"].join(" ").trim();
    const common = { name: f.name, "aria-describedby": described, "aria-required": f.optional ? false : "true" };
    const help = f.help ? make("p", { class: "help", id: id + "-help", text: f.help }) : "";
    const error = make("p", { class: "error", id: id + "-error", hidden: true });
    const optional = f.optional && f.kind !== "tick" ? make("span", { class: "opt", text: " (" + W.optional + ")" }) : "";
    const label = make("label", { for: id, text: f.label }, optional);
    const wrap = (...inside) => make("div", { class: "field", "data-field": f.name, "data-kind": f.kind, "data-optional": f.optional || undefined }, ...inside);
    const group = (kind, options) => {
      const box = make("fieldset", { class: options.length > 6 ? "two" : false, role: kind === "radio" && "radiogroup", "aria-required": kind === "radio" && "true", "aria-describedby": described }, make("legend", { text: f.label }, f.optional ? make("span", { class: "opt", text: " (" + W.optional + ")" }) : ""), help);
      options.forEach((o, n) => box.append(make("label", { class: "pick-one" },
        make("input", { type: kind, name: f.name, value: o.value, id: n ? undefined : id, checked: values.includes(o.value) }), make("span", { text: o.label }))));
      return wrap(box, error);
    };
    switch (f.kind) {
      case "textarea": {
        const area = make("textarea", { ...common, id, rows: 4, maxlength: f.max });
        area.value = values[0] || "";
        return wrap(label, help, area, error);
      }
      case "date":
        return wrap(label, help, make("input", { ...common, id, type: "date", value: values[0] }), error);
      case "choice":
        // A radio button cannot be let go of again, so what may stay empty is a list.
        if (f.options.length <= 4 && !f.optional) return group("radio", f.options);
        return wrap(label, help, choose(f.options), error);
      case "choices":
        return group("checkbox", f.options);
      case "users": {
        const people = form.users.map((u) => ({ value: u.id, label: `${u.name}, ${u.function}` }));
        return f.many ? group("checkbox", people) : wrap(label, help, choose(people), error);
      }
      case "tick":
        return wrap(make("label", { class: "pick-one" }, make("input", { ...common, id, type: "checkbox", value: "true", checked: values[0] === "true" }), make("span", { text: f.label })), help, error);
      default:
        return wrap(label, help, make("input", { ...common, id, type: "text", value: values[0], maxlength: f.max, autocomplete: "off" }), error);
    }
    function choose(options) {
      const select = make("select", { ...common, id }, make("option", { value: "", text: W.chooseOne }), ...options.map((o) => make("option", { value: o.value, text: o.label })));
      select.value = values[0] || "";
      return select;
    }
  }

  function read() {
    const values = {};
    for (const box of $$("[data-field]", dialog)) {
      const name = box.dataset.field, inputs = $$("input, select, textarea", box);
      if (box.dataset.kind === "tick") values[name] = [String(inputs[0].checked)];
      else if (["radio", "checkbox"].includes(inputs[0].type)) values[name] = inputs.filter((i) => i.checked).map((i) => i.value);
      else values[name] = [inputs[0].value.trim()].filter(Boolean);
    }
    return values;
  }

  function complain(errors) {
    const box = $(".errors", dialog), lines = [];
    if (errors[""]) lines.push(make("li", { text: errors[""] }));
    for (const field of $$("[data-field]", dialog)) {
      const text = errors[field.dataset.field], line = $(".error", field), input = $("input, select, textarea", field);
      line.textContent = text || "";
      line.hidden = !text;
      // Of several buttons it is the group that is wrong, not the first of them.
      for (const e of $('[role="radiogroup"]', field) ? [$("fieldset", field)] : $("fieldset", field) ? $$("input", field) : [input]) {
        text ? e.setAttribute("aria-invalid", "true") : e.removeAttribute("aria-invalid");
      }
      if (!text) continue;
      const label = ($("legend, label", field).firstChild || {}).textContent || $("label", field).textContent;
      lines.push(make("li", {}, make("a", { href: "#" + input.id, text: `${label.replace(/[?:]$/, "")}: ${text}`, onclick: (e) => { e.preventDefault(); input.focus(); } })));
    }
    box.hidden = !lines.length;
    box.replaceChildren(make("p", { text: W.formErrors }), make("ul", {}, ...lines));
    if (lines.length) { box.focus({ preventScroll: true }); $(".fields", dialog).scrollTop = 0; }
  }

  // needs says what a field that was left empty needs.
  function needs(field) {
    if ($("fieldset", field)) return $('[role="radiogroup"]', field) ? W.requiredOne : W.requiredSome;
    return $("select", field) ? W.requiredOne : field.dataset.kind === "date" ? W.requiredDay : W.required;
  }

  async function submit(send) {
    const values = read(), missing = {};
    for (const field of $$("[data-field]", dialog)) {
      if (!("optional" in field.dataset) && field.dataset.kind !== "tick" && !values[field.dataset.field].length) missing[field.dataset.field] = needs(field);
    }
    complain(missing);
    if (Object.keys(missing).length) return;
    const label = send.textContent;
    send.disabled = true;
    send.textContent = W.sending;
    const answer = await post("formulier", { form: current.id, values });
    send.disabled = false;
    send.textContent = label;
    if (!answer.ok) { complain({ "": answer.error }); return; }
    if (answer.errors) { complain(answer.errors); return; }
    if (answer.next) { store.set("form " + current.id, ""); drawForm(answer.next); dialog.scrollTop = 0; first(); return; }
    done();
    sync();
  }

  // ---- beginning anew: asked once more, and what is safe has the focus
  $("#again")?.addEventListener("click", () => {
    if (dialog.open) return;
    const errors = make("div", { class: "errors", role: "alert", hidden: true });
    const keep = make("button", { type: "button", class: "btn quiet", text: W.cancel, onclick: cancel });
    const sure = make("button", { class: "btn danger", text: W.againSure });
    dialog.classList.add("ask");
    dialog.setAttribute("aria-describedby", "ask-help");
    dialog.replaceChildren(make("form", { onsubmit: async (e) => {
      e.preventDefault();
      keep.disabled = sure.disabled = true;
      const answer = await post("opnieuw", { sure: true });
      keep.disabled = sure.disabled = false;
      if (!answer.ok) { errors.textContent = answer.error; errors.hidden = false; return; }
      again = true;
      done();
      offline(true);
    } }, make("header", {}, make("h2", { id: "dialog-title", text: W.againTitle })),
      make("div", { class: "fields" }, errors, make("p", { id: "ask-help", text: W.againHelp })), make("footer", {}, keep, sure)));
    dialog.showModal();
    keep.focus();
  });
  dialog.addEventListener("close", () => dialog.removeAttribute("aria-describedby"));

  // ---- begin
  next()?.scrollIntoView({ block: "nearest" });
  arrange(list);
  if (thread) { arrange(thread); bottom(thread); }
  if (location.hash.startsWith("#m-") && document.getElementById(location.hash.slice(1))) {
    document.getElementById(location.hash.slice(1)).scrollIntoView({ block: "center" });
  } else {
    bottom(list);
  }
  if (narrow.matches && panel && !document.body.classList.contains("soft")) (thread ? $("#tekst-draad") : $("a", panel)).focus();
  else if (!narrow.matches && !thread) main.field.focus();
  connect();
})();
