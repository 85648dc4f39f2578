
"use strict";
(() => {
  const PER_PAGE = 100;
  const PRINTED = 5000;
  const element = (id) => document.getElementById(id);
  const rows = JSON.parse(element("data").textContent);
  const texts = rows.map((row) => row.join("\n").toLowerCase());
  const body = document.querySelector("tbody");
  const headings = [...document.querySelectorAll("th")];
  const collator = new Intl.Collator("en", { numeric: true });
  let column = 0;
  let direction = 1;
  let page = 0;
  let selected = rows;

  const readable = (outcome) => outcome.replaceAll("_", " ");

  const tableRow = (row) => {
    const tr = document.createElement("tr");
    row.forEach((value, index) => {
      const cell = tr.insertCell();
      cell.textContent = index === 2 ? readable(value) : value;
      if (index === 2) cell.className = value;
    });
    return tr;
  };

  const draw = (start, count) => body.replaceChildren(...selected.slice(start, start + count).map(tableRow));

  const show = () => {
    const pages = Math.max(1, Math.ceil(selected.length / PER_PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    draw(page * PER_PAGE, PER_PAGE);
    element("page").textContent = `Page ${page + 1} of ${pages}`;
    element("previous").disabled = page === 0;
    element("next").disabled = page === pages - 1;
    element("status").textContent = `${selected.length} of ${rows.length} rows`;
  };

  const compare = (a, b) =>
    direction * (typeof a[column] === "number" ? a[column] - b[column] : collator.compare(a[column], b[column]));

  const select = () => {
    const words = element("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = element("outcome").value;
    selected = rows.filter(
      (row, index) => (!outcome || row[2] === outcome) && words.every((word) => texts[index].includes(word)),
    );
    if (column !== 0 || direction !== 1) selected.sort(compare);
    page = 0;
    show();
  };

  const sort = (index) => {
    direction = index === column ? -direction : 1;
    column = index;
    headings.forEach((heading, at) => {
      if (at === index) heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    });
    select();
  };

  const turn = (pages) => {
    page += pages;
    show();
  };

  headings.forEach((heading, index) => heading.firstElementChild.addEventListener("click", () => sort(index)));
  headings[0].setAttribute("aria-sort", "ascending");
  element("search").addEventListener("input", select);
  element("outcome").addEventListener("change", select);
  element("previous").addEventListener("click", () => turn(-1));
  element("next").addEventListener("click", () => turn(1));
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("beforeprint", () => draw(0, PRINTED));
  addEventListener("afterprint", show);
  document.querySelector("form").hidden = false;
  document.querySelector("nav").hidden = rows.length <= PER_PAGE;
  show();
})();
