// Keeps asking whether the document may stay open. A no closes it, and so does no
// answer: what cannot be asked is not shown.
(() => {
  "use strict";
  const shut = (why) => {
    const said = document.createElement("p");
    said.id = "said";
    said.setAttribute("role", "status");
    said.textContent = why;
    const title = document.createElement("h1");
    title.textContent = document.title;
    const main = document.createElement("main");
    main.className = "panel";
    main.append(title, said);
    document.body.replaceChildren(main);
  };
  const look = async () => {
    for (let lost = 0; ;) {
      try {
        const answer = await fetch("leeft", { cache: "no-store" });
        if (answer.status !== 204) {
          shut(await answer.text());
          return;
        }
        lost = 0;
      } catch {
        if (++lost > 2) {
          shut(document.body.dataset.slow);
          return;
        }
        await new Promise((done) => setTimeout(done, 1000));
      }
    }
  };
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  addEventListener("contextmenu", (e) => { if (e.target.tagName === "IMG") e.preventDefault(); });
  look();
})();
