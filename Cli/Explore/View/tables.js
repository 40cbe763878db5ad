// The catalogue of attributes, and the requirements with what cites them.
function requirementLink(parent, id) {
  element("a", id, parent).href = `#requirement-${id}`;
}

function structLink(parent, name) {
  if (!name) { element("span", "none", parent); return; }
  element("a", name, parent).href = `#struct-${name}`;
}

function showAttributes() {
  const body = byId("catalogue").tBodies[0];
  for (const attribute of meta.attributes) {
    const row = element("tr", null, body);
    element("th", attribute.name, row).scope = "row";
    element("td", String(attribute.value), row).className = "number";
    element("td", attribute.doc, row).className = "words";
    structLink(element("td", null, row), attribute.in);
    structLink(element("td", null, row), attribute.out);
    element("td", attribute.operations ? attribute.operations.join(", ") : "all", row);
    element("td", attribute.feature || "", row);
    const cell = element("td", null, row);
    if (attribute.requirement) requirementLink(cell, attribute.requirement);
  }
}

const fileLink = (path, line) => `${meta.links.base}${path.split("/").map(encodeURIComponent).join("/")}${line ? `#L${line}` : ""}`;

// Markdown of one line: code, emphasis, links into the document.
function inlineText(parent, text) {
  for (const [whole, code, strong, emphasis, label, target] of text.matchAll(/`([^`]+)`|\*\*(.+?)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)]+)\)|[^`*[]+|./g)) {
    if (code) element("code", code, parent);
    else if (strong) element("strong", strong, parent);
    else if (emphasis) element("em", emphasis, parent);
    else if (label) element("a", label, parent).href = target.includes("://") ? target : `${meta.links.base}${target.startsWith("#") ? meta.links.document : ""}${target}`;
    else parent.append(whole);
  }
}

// Files that cite, each with its lines; a test with its name.
function showPlaces(cell, files, one, many) {
  cell.className = "places";
  const count = files.reduce((sum, [, lines]) => sum + lines.length, 0);
  if (!meta.links) { cell.textContent = "not looked at"; return; }
  if (!count) { cell.textContent = "none"; return; }
  const details = element("details", null, cell);
  element("summary", `${count} ${count === 1 ? one : many}`, details);
  const list = element("ul", null, details);
  list.className = "places";
  for (const [path, lines] of files) {
    const item = element("li", null, list);
    element("a", path, item).href = fileLink(path, lines[0][0]);
    for (const [line, test] of lines) {
      item.append(" ");
      const link = element("a", test ? test.replaceAll("_", " ") : String(line), test ? element("div", null, item) : item);
      link.href = fileLink(path, line);
      link.setAttribute("aria-label", test ? `test ${link.textContent}` : `${path}, line ${line}`);
    }
  }
}

function showRequirements() {
  byId("noSources").hidden = Boolean(meta.links);
  const body = byId("requirementTable").tBodies[0];
  for (const requirement of meta.requirements) {
    const row = element("tr", null, body), id = element("th", null, row);
    row.id = `requirement-${requirement.id}`;
    id.scope = "row";
    if (meta.links && requirement.text) element("a", requirement.id, id).href = `${meta.links.base}${meta.links.document}#${requirement.id.toLowerCase()}`;
    else id.textContent = requirement.id;
    const cell = element("td", null, row);
    cell.className = "words";
    element("strong", requirement.title, cell);
    if (requirement.text) inlineText(element("p", null, cell), requirement.text);
    showPlaces(element("td", null, row), requirement.code, "place", "places");
    showPlaces(element("td", null, row), requirement.checks, "place", "places");
    showPlaces(element("td", null, row), requirement.tests, "place", "places");
  }
}

function findRequirements(text) {
  const wanted = text.trim().toLowerCase();
  let found = 0;
  for (const row of byId("requirementTable").tBodies[0].rows) {
    row.hidden = !`${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase().includes(wanted);
    if (!row.hidden) found++;
  }
  byId("found").textContent = wanted ? `${found} of ${meta.requirements.length}` : `${meta.requirements.length} requirements`;
}
