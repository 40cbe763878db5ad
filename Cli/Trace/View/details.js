// One request in words: its life, its iocb with the attributes, its event with the returns; and the table.
function list(parent, title, pairs) {
  const box = element("div", null, parent);
  element("h3", title, box);
  const dl = element("dl", null, box);
  for (const [name, value] of pairs) { element("dt", name, dl); element("dd", value, dl); }
  return box;
}

// Fields by the spec's layout; what is not there is left out.
function fieldsOf(bytes, layout) {
  const view = viewOf(bytes), pairs = [];
  for (const [name, offset, size, count, signed] of layout) {
    const values = [];
    for (let n = 0; n < count && offset + (n + 1) * size <= bytes.length; n++) {
      const at = offset + n * size;
      values.push(size === 8 ? (signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true))
        : size === 4 ? (signed ? view.getInt32(at, true) : view.getUint32(at, true)) : size === 2 ? view.getUint16(at, true) : view.getUint8(at));
    }
    if (values.length) pairs.push([name, values.map(v => valueText(name, v)).join(" ")]);
  }
  return pairs;
}

function valueText(name, value) {
  if (name === "opcode") return `${meta.opcodes[value] || "?"} (${value})`;
  if (name === "user_data" || name === "addr" || name.endsWith("flags")) return "0x" + value.toString(16);
  if (name === "res" || name === "status") return resultText(Number(value)) || String(value);
  return String(value);
}

// Attributes of an iocb (head of 8 bytes) or returns of an event (16): type, status, decoded payload.
function showAttributes(parent, bytes, fixed, head, direction) {
  for (let at = fixed; at + head <= bytes.length;) {
    const view = viewOf(bytes), size = view.getUint32(at, true), type = view.getUint16(at + 4, true);
    if (size < head || at + size > bytes.length) return;
    const payload = bytes.subarray(at + head, at + size), known = meta.payloads[type];
    const pairs = head === 16 ? [["status", resultText(view.getInt32(at + 8, true)) || "0"]] : [["flags", "0x" + view.getUint16(at + 6, true).toString(16)]];
    pairs.push(...fieldsOf(payload, known ? known[direction] : []));
    if (!known && payload.length) pairs.push(["payload", Array.from(payload, b => b.toString(16).padStart(2, "0")).join(" ")]);
    list(parent, `${direction === "in" ? "Attribute" : "Return"} ${meta.attributes[type] || type}`, pairs).className = "attribute";
    at += (size + 7) & ~7;
  }
}

function showDetails(app) {
  const { trace, chosen } = app, box = document.getElementById("details");
  box.replaceChildren();
  const step = (name, from, to) => [name, to < 0 ? "not told" : `${micros(to)} µs` + (from >= 0 && from !== to ? `, ${duration(to - from)} later` : "")];
  const { id } = meta.contexts[trace.context[chosen]];
  list(box, `Request ${trace.number[chosen]} of ${id === 0 ? "io_issue2" : `context ${id}`}`, [
    step("submitted", -1, trace.submit[chosen]),
    trace.issued[chosen] < 0 && trace.completed[chosen] >= 0 ? ["issued", "by no engine: it ended inside the submit"] : step("issued", trace.submit[chosen], trace.issued[chosen]),
    step("completed", trace.issued[chosen] >= 0 ? trace.issued[chosen] : trace.submit[chosen], trace.completed[chosen]),
    step("in the ring", trace.completed[chosen], trace.inRing[chosen]),
    step("reaped", trace.inRing[chosen] >= 0 ? trace.inRing[chosen] : trace.completed[chosen], trace.reaped[chosen])]);
  const iocb = bytesOf(trace, "iocb", chosen), event = bytesOf(trace, "event", chosen);
  if (iocb.length) { list(box, "iocb", fieldsOf(iocb, meta.iocb)); showAttributes(box, iocb, 48, 8, "in"); }
  if (event.length) { list(box, "Event", fieldsOf(event, meta.event)); showAttributes(box, event, 24, 16, "out"); }
}

const pageRows = 50;

function showTable(app) {
  const { trace } = app, rows = document.getElementById("rows"), pages = Math.max(1, Math.ceil(trace.count / pageRows));
  app.page = Math.max(0, Math.min(pages - 1, app.page));
  const first = app.page * pageRows, last = Math.min(trace.count, first + pageRows);
  const made = document.createDocumentFragment();
  for (let i = first; i < last; i++) {
    const row = element("tr", null, made), error = trace.results[i] < 0, userData = userDataOf(trace, i);
    row.className = i === app.chosen ? "chosen" : "";
    const button = element("button", `${meta.contexts[trace.context[i]].id}/${trace.number[i]}`, element("td", null, row));
    button.type = "button";
    button.addEventListener("click", () => app.choose(i, true));
    for (const text of [operationOf(trace, i), userData === null ? "" : "0x" + userData.toString(16), micros(trace.submit[i]), micros(trace.issued[i]),
      micros(trace.completed[i]), micros(trace.inRing[i]), micros(trace.reaped[i]), resultText(trace.results[i])]) element("td", text, row);
    if (error) row.lastChild.className = "error";
  }
  rows.replaceChildren(made);
  document.getElementById("page").textContent = trace.count ? `${first + 1} to ${last} of ${trace.count}` : "none";
}
