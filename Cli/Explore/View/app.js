// Puts the page together, and what the keys do.
function goTo(id) {
  byId(id).scrollIntoView();
  byId(`${id}Title`).focus({ preventScroll: true });
}

function bindKeys(turnTheme) {
  document.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey || ["INPUT", "SELECT", "TEXTAREA"].includes(e.target.tagName)) return;
    const act = {
      w: () => goTo("whatif"), s: () => goTo("structs"), a: () => goTo("attributes"), r: () => goTo("requirements"), t: turnTheme,
      "/": () => { goTo("requirements"); byId("wanted").focus(); },
    }[e.key.toLowerCase()];
    if (act) { e.preventDefault(); act(); }
  });
}

byId("summary").textContent = `${meta.name}, ABI version ${meta.version}, ${meta.license}: ${meta.structs.length} structs, ${meta.attributes.length} attributes, `
  + `${meta.requirements.length} requirements, from ${meta.file}, sha256:${meta.hash.slice(0, 16)}…`;
const whatIf = new WhatIf();
showStructs(whatIf);
showAttributes();
showRequirements();
findRequirements("");
byId("search").addEventListener("submit", e => e.preventDefault());
byId("wanted").addEventListener("input", e => findRequirements(e.target.value));
// A requirement that the search has hidden is shown again when a link leads to it.
window.addEventListener("hashchange", () => {
  const row = byId(decodeURIComponent(location.hash.slice(1)));
  if (!row?.hidden) return;
  byId("wanted").value = "";
  findRequirements("");
  row.scrollIntoView();
});
bindKeys(bindTheme());
// What the address names was not there when the page was opened.
if (location.hash && !location.hash.startsWith("#whatif=")) byId(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
document.body.dataset.ready = "true";
document.body.dataset.milliseconds = Math.round(performance.now());
