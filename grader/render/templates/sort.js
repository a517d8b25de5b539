// Gives each column of a table a button that sorts its rows; rows stay within their group.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const key = (row, at) => {
    const cell = row.cells[at], number = parseFloat(cell.dataset.value ?? cell.textContent);
    return isNaN(number) ? cell.textContent.trim().toLowerCase() : number;
  };
  const before = (one, other) =>
    typeof one === typeof other ? (one < other ? -1 : one > other ? 1 : 0) : typeof one === "number" ? 1 : -1;
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.onclick = () => {
      const down = head.getAttribute("aria-sort") !== "descending" && at > 0;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      for (const body of table.tBodies) {
        const rows = [...body.rows].filter((row) => row.cells.length === heads.length);
        rows.sort((one, other) => before(key(one, at), key(other, at)) * (down ? -1 : 1));
        body.append(...rows);
      }
    };
  });
}
