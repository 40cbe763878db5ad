// Structs as drawings of eight bytes a row, and as tables that say the same in words.
const meta = JSON.parse(byId("meta").textContent), answers = meta.whatIf;

// A part is a field or a hole: [offset, size, name, type, kind], its texts by number.
function partOf(number) {
  const [offset, size, name, type, kind] = answers.parts[number];
  return { offset, size, name: name < 0 ? "" : answers.texts[name], type: type < 0 ? "" : answers.texts[type], kind };
}

const bytesText = count => count === 1 ? "1 byte" : `${count} bytes`;
const bitsText = part => `${part.offset * 8}–${(part.offset + part.size) * 8 - 1}`;
const spanText = part => part.size === 1 ? `byte ${part.offset}` : `bytes ${part.offset} to ${part.offset + part.size - 1}`;

// What of a part lies in which row; whole rows in the middle of a long one are drawn as one.
function cellsOf(part) {
  const cells = [], end = part.offset + part.size, longest = 24;
  for (let at = part.offset; at < end;) {
    const left = end - at, whole = left - left % 8;
    const size = at % 8 === 0 && whole > longest ? whole : Math.min(8 - at % 8, left);
    cells.push({ part, offset: at, size, first: at === part.offset });
    at += size;
  }
  return cells;
}

function markOf(part, before) {
  if (!before || part.kind === "hole") return "";
  const was = before.find(other => other.name === part.name);
  return !was ? "added" : was.offset !== part.offset && part.kind !== "reserved" ? "moved" : "";
}

// A picture for those who see it; what it says stands in the table below it.
function drawStruct(parent, title, parts, before = null) {
  const drawing = element("div", null, parent);
  drawing.className = "drawing";
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `${title}, drawn in rows of eight bytes; the table tells the same`);
  element("span", "byte", drawing).className = "at";
  for (let i = 0; i < 8; i++) element("span", String(i), drawing);
  let row = -1;
  for (const cell of parts.flatMap(cellsOf)) {
    const { part, offset, size } = cell;
    if (Math.floor(offset / 8) !== row) {
      row = Math.floor(offset / 8);
      element("span", String(row * 8), drawing).className = row % 8 === 0 ? "at line" : "at";
    }
    const label = part.kind === "hole" ? `hole ${part.size}` : cell.first ? `${part.name} ${part.type}` : part.name;
    const box = element("div", size > 8 ? `${label}, ${bytesText(size)}` : label, drawing), mark = markOf(part, before);
    box.className = `cell ${mark === "added" ? "added" : part.kind} ${mark === "moved" ? "moved" : ""} ${size > 8 ? "long" : ""}`;
    box.style.gridColumn = size > 8 ? "2 / span 8" : `${offset % 8 + 2} / span ${size}`;
    box.title = `${part.name || "hole"} ${part.type}: ${spanText(part)}, bits ${bitsText(part)}`;
    box.dataset.offset = offset;
    box.dataset.size = size;
    box.dataset.name = part.name;
  }
}

function head(table, titles) {
  const row = element("tr", null, element("thead", null, table));
  for (const title of titles) element("th", title, row).scope = "col";
  return element("tbody", null, table);
}

// What a field is for, and where it was before.
function aboutPart(part, fields, before) {
  if (part.kind === "hole") return "belongs to no field";
  const mark = markOf(part, before), field = fields.find(f => f[0] === part.name);
  if (mark === "added") return part.kind === "reserved" ? "reserved, so that there is no hole" : "added";
  const said = field ? [field[1], ...field.slice(2, 4).filter(Boolean), field[4] ? `${field[4]} line` : ""].filter(Boolean).join(", ") : "";
  return mark === "moved" ? `was at ${before.find(other => other.name === part.name).offset}; ${said}` : said;
}

function tableOfParts(parent, title, parts, fields, before = null, actions = null) {
  const scroll = element("div", null, parent);
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", `${title}: its fields`);
  const table = element("table", null, scroll), body = head(table, ["offset", "bits", "size", "type", "field", "about", ...(actions ? ["what if"] : [])]);
  for (const part of parts) {
    const row = element("tr", null, body), mark = markOf(part, before);
    row.className = mark === "added" ? "added" : "";
    for (const text of [part.offset, bitsText(part), part.size]) element("td", String(text), row).className = "number";
    element("td", part.type, row);
    element("th", part.name || "(hole)", row).scope = "row";
    element("td", aboutPart(part, fields, before), row).className = "words";
    if (actions) actions(element("td", null, row), part);
  }
  return table;
}

function showStructs(whatIf) {
  const index = byId("structIndex");
  for (const struct of meta.structs) {
    element("a", struct.name, index).href = `#struct-${struct.name}`;
    const article = element("article", null, byId("structList")), parts = struct.parts.map(partOf);
    article.id = `struct-${struct.name}`;
    const title = element("h3", `struct ${struct.name}`, article);
    title.id = `title-${struct.name}`;
    article.setAttribute("aria-labelledby", title.id);
    element("p", struct.doc, article).className = "about";
    const about = element("p", struct.about.replace(/^struct \w+: /, "").replace(/ \[.*\]$/, ""), article);
    about.className = "about";
    if (struct.requirement) { about.append(" "); requirementLink(about, struct.requirement); }
    drawStruct(article, `struct ${struct.name}`, parts);
    const ask = (cell, text, slot) => {
      const button = element("button", text, cell);
      button.type = "button";
      button.className = "small";
      button.setAttribute("aria-label", `What if a field is added to ${struct.name} ${placeText(struct, slot)}`);
      button.addEventListener("click", () => whatIf.askFor(struct.name, struct.slots.findIndex(s => s[0] === slot[0] && s[1] === slot[1])));
    };
    const table = tableOfParts(article, `struct ${struct.name}`, parts, struct.fields, null, (cell, part) => {
      const at = struct.fields.findIndex(f => f[0] === part.name);
      if (at < 0) return;
      ask(cell, "before", [at, false]);
      if (part.kind === "reserved") ask(cell, "of these bytes", [at, true]);
    });
    const end = element("tr", null, table.tBodies[0]);
    element("td", String(struct.size), end).className = "number";
    const cell = element("td", null, end);
    cell.colSpan = 6;
    ask(cell, "at the end", [struct.fields.length, false]);
  }
}
