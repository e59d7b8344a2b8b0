// Sends a file in parts. A line that breaks costs one part: what is there is asked,
// and the rest is sent.
(() => {
  "use strict";
  const d = document.body.dataset, part = Number(d.part), most = Number(d.most);
  const said = document.getElementById("said"), bar = document.querySelector("progress"), form = document.querySelector("form");
  class No extends Error {}
  const ask = async (path, how) => {
    const answer = await fetch(path, { cache: "no-store", ...how });
    // A full vault (507) has no room a second later either.
    if (answer.status >= 400 && answer.status < 500 || answer.status === 507) throw new No(await answer.text());
    if (!answer.ok) throw new Error(answer.status === 503 ? await answer.text() : d.broken);
    return answer.json();
  };
  const send = async (file) => {
    for (let lost = 0; ;) {
      try {
        let { had } = await ask("stand");
        said.textContent = d.busy;
        while (had < file.size) {
          ({ had } = await ask("deel?vanaf=" + had, { method: "PUT", body: file.slice(had, had + part) }));
          bar.value = Math.round(100 * had / file.size);
          lost = 0;
        }
        return;
      } catch (e) {
        if (e instanceof No || ++lost > 20) throw e;
        said.textContent = d.again;
        await new Promise((done) => setTimeout(done, Math.min(1000 * lost, 10000)));
      }
    }
  };
  const input = document.getElementById("file");
  // What the page can show of a file; see what the drawer draws.
  const shown = /\.(pdf|docx|odt|txt|md|csv|png|jpe?g|gif|webp|bmp)$/i;
  const wrong = (file) => !file ? d.broken : file.size === 0 ? d.empty : file.size > most ? d.large : "";
  input.addEventListener("change", () => {
    const file = input.files[0];
    if (!file) return;
    said.textContent = wrong(file) || (shown.test(file.name) ? "" : d.kind);
  });
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const file = input.files[0];
    if (wrong(file)) {
      said.textContent = wrong(file);
      input.focus();
      return;
    }
    form.hidden = true;
    bar.hidden = false;
    said.textContent = d.busy;
    try {
      await send(file);
      const answer = await ask("klaar", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: file.name, size: file.size }) });
      said.textContent = d.done + ". " + answer.said;
    } catch (e) {
      said.textContent = e instanceof TypeError ? d.broken : e.message; // the line broke, or an answer in words
    }
    bar.hidden = true;
  });
})();
