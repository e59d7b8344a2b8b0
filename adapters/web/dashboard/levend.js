// Asks now and then whether anything changed, and puts what did in its place. It
// keeps what is unfolded, and the place of the reader. Without it the page is whole.
"use strict";
(() => {
  const every = 4000;
  const main = document.getElementById("inhoud");
  const off = document.getElementById("stil");
  if (!main || !off) return;
  let print = main.dataset.print;
  let busy = false;
  const quiet = (is) => {
    off.hidden = !is;
    off.textContent = is ? main.dataset.stil : "";
  };
  const look = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Kijk": "1", "If-None-Match": print }, cache: "no-store", redirect: "error" });
      if (answer.status === 401 || answer.status === 403) {
        location.reload();
        return;
      }
      if (answer.status === 304) {
        quiet(false);
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = next.getElementById("levend");
      const old = document.getElementById("levend");
      if (!fresh || !old) return;
      const open = new Set([...old.querySelectorAll("details[open]")].map((d) => d.id));
      for (const d of fresh.querySelectorAll("details")) d.open = open.has(d.id);
      const at = document.activeElement && old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      old.replaceWith(fresh);
      if (at) {
        const same = [...fresh.querySelectorAll("a")].find((a) => a.getAttribute("href") === at);
        if (same) same.focus({ preventScroll: true });
      }
      print = next.getElementById("inhoud").dataset.print;
      document.getElementById("bijgewerkt").textContent = next.getElementById("bijgewerkt").textContent;
      quiet(false);
    } catch {
      quiet(true);
    } finally {
      busy = false;
    }
  };
  setInterval(look, every);
  document.addEventListener("visibilitychange", look);
})();
