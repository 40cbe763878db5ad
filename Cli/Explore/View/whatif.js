// What a field more would do. Nothing is judged here: every answer was given by the spec's own layout, diff and lint when the page was made, and is looked up.
function placeText(struct, [index, fromReserved]) {
  if (index === struct.fields.length) return `at the end (byte ${struct.size})`;
  const name = struct.fields[index][0], part = struct.parts.map(partOf).find(p => p.name === name);
  return fromReserved ? `of the reserved ${spanText(part)} (${name})` : `before ${name} (byte ${part.offset})`;
}

function caseOf(struct, slot, type, fill) {
  const cases = answers.cases[struct.name], at = (slot * answers.types.length + type) * 2;
  const [size, alignment, parts, oldPrograms, newPrograms, summary, changes, findings] = fill && cases[at + 1] ? cases[at + 1] : cases[at];
  return {
    size, alignment, oldPrograms, newPrograms, parts: parts.map(partOf), summary: answers.texts[summary], canFill: cases[at + 1] !== null,
    changes: changes.map(n => {
      const [kind, subject, was, now, oldVerdict, oldWhy, newVerdict, newWhy] = answers.changes[n], text = i => i < 0 ? null : answers.texts[i];
      return { kind, subject: text(subject), was: text(was), now: text(now), oldVerdict, oldWhy: text(oldWhy), newVerdict, newWhy: text(newWhy) };
    }),
    findings: findings.map(n => ({ rule: answers.findings[n][0], message: answers.texts[answers.findings[n][1]] })),
  };
}

class WhatIf {
  constructor() {
    for (const struct of meta.structs) element("option", struct.name, byId("struct")).value = struct.name;
    for (const [i, type] of answers.types.entries()) element("option", type, byId("type")).value = i;
    byId("type").value = answers.types.indexOf("u64");
    byId("struct").addEventListener("change", () => { this.showPlaces(); this.show(); });
    for (const id of ["place", "type", "fill"]) byId(id).addEventListener("change", () => this.show());
    byId("question").addEventListener("submit", e => e.preventDefault());
    if (!this.fromAddress()) {
      byId("struct").value = (meta.structs.find(s => s.name === "aio2_params") || meta.structs[0]).name;
      this.showPlaces();
      this.show(false);
    }
    window.addEventListener("hashchange", () => this.fromAddress());
  }

  get struct() { return meta.structs.find(s => s.name === byId("struct").value); }

  // The end comes first: that is where a struct that grows does so.
  showPlaces() {
    const { struct } = this, order = struct.slots.map((slot, i) => [slot, i]);
    byId("place").replaceChildren();
    for (const [slot, i] of [order[order.length - 1], ...order.slice(0, -1)]) element("option", placeText(struct, slot), byId("place")).value = i;
  }

  askFor(name, slot) {
    byId("struct").value = name;
    this.showPlaces();
    byId("place").value = slot;
    this.show();
    byId("whatif").scrollIntoView();
    byId("type").focus({ preventScroll: true });
  }

  // A question can be passed on: #whatif=aio2_wait,3,u32,filled
  fromAddress() {
    const asked = /^#whatif=(\w+),(\d+),([\w[\]]+)(,filled)?$/.exec(decodeURIComponent(location.hash));
    const struct = asked && meta.structs.find(s => s.name === asked[1]), type = asked ? answers.types.indexOf(asked[3]) : -1;
    if (!struct || type < 0 || Number(asked[2]) >= struct.slots.length) return false;
    byId("struct").value = struct.name;
    this.showPlaces();
    byId("place").value = asked[2];
    byId("type").value = type;
    byId("fill").checked = Boolean(asked[4]);
    this.show(false);
    return true;
  }

  show(remember = true) {
    const { struct } = this, slot = Number(byId("place").value), type = Number(byId("type").value), answer = caseOf(struct, slot, type, byId("fill").checked);
    byId("fill").disabled = !answer.canFill;
    const name = `struct ${struct.name}`, was = struct.parts.map(partOf);
    byId("before").replaceChildren();
    byId("after").replaceChildren();
    drawStruct(byId("before"), `${name} as it is`, was);
    drawStruct(byId("after"), `${name} as it would be`, answer.parts, was);
    tableOfParts(byId("after"), `${name} as it would be`, answer.parts, struct.fields, was);
    byId("beforeTitle").textContent = `As it is: ${bytesText(struct.size)}`;
    byId("afterTitle").textContent = `As it would be: ${bytesText(answer.size)}`;
    this.tell(struct, answer, `${answers.types[type]} ${placeText(struct, struct.slots[slot])}`);
    this.showDiff(answer);
    this.showLint(answer);
    if (remember) history.replaceState(null, "", `#whatif=${struct.name},${slot},${answers.types[type]}${byId("fill").checked ? ",filled" : ""}`);
  }

  tell(struct, answer, what) {
    const box = byId("verdict"), holes = answer.parts.filter(p => p.kind === "hole").reduce((sum, p) => sum + p.size, 0);
    box.className = `verdict-${Math.max(answer.oldPrograms, answer.newPrograms)}`;
    box.replaceChildren();
    element("p", `${struct.name}, ${what}: ${struct.size === answer.size ? `${bytesText(answer.size)} as before` : `${bytesText(answer.size)} instead of ${struct.size}`}${holes ? `, ${holes} of them in holes` : ""}.`, box);
    for (const [who, verdict] of [["Old programs on a new kernel: ", answer.oldPrograms], ["New programs on an old kernel: ", answer.newPrograms]]) word(element("p", who, box), verdict);
    const lint = element("p", "Lint: ", box), rules = [...new Set(answer.findings.map(f => f.rule))];
    word(lint, rules.length ? 2 : 0, rules.length ? `${answer.findings.length === 1 ? "1 finding" : `${answer.findings.length} findings`} (${rules.join(", ")})` : "nothing to say");
  }

  showDiff(answer) {
    byId("diffSummary").textContent = answer.summary;
    byId("diff").replaceChildren();
    for (const change of answer.changes) {
      const item = element("li", null, byId("diff"));
      word(item, Math.max(change.oldVerdict, change.newVerdict));
      item.append(" ");
      element("code", change.subject, item);
      item.append(` ${change.kind}: ${meta.kinds[change.kind]}`);
      element("p", [change.was, change.now].filter(t => t !== null).join(" → "), item);
      element("p", `old program, new kernel: ${answers.verdicts[change.oldVerdict]}: ${change.oldWhy}`, item);
      element("p", `new program, old kernel: ${answers.verdicts[change.newVerdict]}: ${change.newWhy}`, item);
    }
  }

  showLint(answer) {
    byId("lintSummary").textContent = answer.findings.length ? "" : "Nothing that it does not say of the spec as it is.";
    byId("lint").replaceChildren();
    for (const { rule, message } of answer.findings) {
      const item = element("li", null, byId("lint")), [, reason, source] = meta.rules[rule];
      element("code", rule, item);
      item.append(`: ${message}`);
      element("p", `why: ${reason}`, item);
      element("p", `source: ${source}`, item);
    }
  }
}

function word(parent, verdict, text = answers.verdicts[verdict]) {
  element("span", text, parent).className = `word verdict-${verdict}`;
}
