"use strict";
// What the page does without it: everything but sorting, filtering and looking up the records behind a box.
(() => {
  const PAGE = 100; // rows shown at a time, so that fifty thousand records stay quick

  function element(tag, text, attributes) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    return made;
  }

  // --- records behind the boxes of the flow ---
  const island = document.getElementById("records-data");
  const tool = document.getElementById("records-tool");
  if (island && tool) {
    const data = JSON.parse(island.textContent);
    const choice = document.getElementById("records-box");
    const search = document.getElementById("records-search");
    const body = tool.querySelector("tbody");
    const count = document.getElementById("records-count");
    const back = document.getElementById("records-back");
    const on = document.getElementById("records-on");
    let shown = [];
    let first = 0;

    function draw() {
      body.replaceChildren(
        ...shown.slice(first, first + PAGE).map(([id, source, , report, ended, reason]) => {
          const [title, who, doi] = data.reports[report];
          const row = element("tr");
          const cell = element("td", undefined, { class: "long" });
          cell.append(element("span", title || "No title"));
          if (doi) {
            const address = "https://doi.org/" + encodeURIComponent(doi);
            cell.append(" ", element("a", "doi:" + doi, { href: address, rel: "noopener noreferrer" }));
          }
          row.append(
            element("th", who, { scope: "row" }),
            cell,
            element("td", data.sources[source]),
            element("td", data.ended[ended] + (reason >= 0 ? ": " + data.reasons[reason] : "")),
            element("td", id),
          );
          return row;
        }),
      );
      const last = Math.min(first + PAGE, shown.length);
      const range = shown.length > PAGE ? `, ${first + 1} to ${last} shown` : "";
      count.textContent = `${shown.length.toLocaleString("en")} record${shown.length === 1 ? "" : "s"}${range}`;
      back.disabled = first === 0;
      on.disabled = last >= shown.length;
    }

    function pick() {
      const box = data.boxes[choice.value];
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const kinds = new Set(box.ended);
      shown = data.records.filter((row) => {
        if (row[2] !== box.column || !kinds.has(row[4])) return false;
        if (!words.length) return true;
        const [title, who, doi] = data.reports[row[3]];
        const text = `${row[0]} ${title} ${who} ${doi}`.toLowerCase();
        return words.every((word) => text.includes(word));
      });
      first = 0;
      draw();
    }

    function follow() {
      const name = location.hash.slice(1);
      if (!Object.hasOwn(data.boxes, name)) return;
      choice.value = name;
      search.value = "";
      pick();
      document.getElementById("records").scrollIntoView();
      choice.focus({ preventScroll: true });
    }

    tool.hidden = false;
    choice.addEventListener("change", pick);
    search.addEventListener("input", pick);
    back.addEventListener("click", () => {
      first = Math.max(0, first - PAGE);
      draw();
    });
    on.addEventListener("click", () => {
      first += PAGE;
      draw();
    });
    addEventListener("hashchange", follow);
    pick();
    follow();
  }

  // --- tables that sort and filter ---
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  for (const table of document.querySelectorAll("table.sortable")) {
    const rows = [...table.tBodies[0].rows];
    table.tHead.querySelectorAll("th").forEach((head, place) => {
      const button = element("button", head.textContent, { type: "button", class: "sort" });
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        table.tHead.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const text = (row) => row.cells[place].textContent;
        rows.sort((one, other) => order.compare(text(one), text(other)) * (down ? -1 : 1));
        table.tBodies[0].append(...rows);
      });
    });
    const label = element("label", "Show rows with ", { class: "filter" });
    const field = element("input", undefined, { type: "search" });
    label.append(field);
    table.closest(".scroll").before(label);
    field.addEventListener("input", () => {
      const word = field.value.toLowerCase();
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(word);
    });
  }
})();
