// Searching, and how wide samples are. Without it the storybook is a list.
"use strict";
(() => {
  const width = document.querySelector(".breedte");
  if (width) {
    width.hidden = false;
    width.addEventListener("change", (e) => document.documentElement.classList.toggle("smal", e.target.value === "smal"));
  }
  const field = document.getElementById("zoek");
  if (!field) return;
  const form = field.form, index = document.getElementById("index"), hits = document.getElementById("treffers"), said = document.getElementById("gevonden");
  const all = [...document.querySelectorAll("#alles li")].map((li) => ({ li, words: (li.textContent + " " + li.dataset.w).toLowerCase() }));
  form.hidden = false;
  form.addEventListener("submit", (e) => e.preventDefault());
  const most = 100;
  function search() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    index.hidden = words.length > 0;
    hits.hidden = !words.length;
    const found = words.length ? all.filter((one) => words.every((w) => one.words.includes(w))) : [];
    hits.replaceChildren(...found.slice(0, most).map(({ li }) => {
      const copy = li.cloneNode(true), piece = document.createElement("div");
      piece.className = "stuk";
      piece.textContent = li.dataset.w.slice(0, 140);
      copy.append(piece);
      return copy;
    }));
    said.textContent = !words.length ? "" : found.length > most ? `${found.length} gevonden, de eerste ${most} staan hier` : `${found.length} gevonden`;
  }
  field.addEventListener("input", search);
  search();
})();
