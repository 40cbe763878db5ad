// What the controls and the keys do.
class App {
  constructor(trace) {
    Object.assign(this, { trace, time: 0, context: 0, chosen: -1, page: 0, playing: false, drawn: 0, longest: 0, waiting: false });
    for (let i = 0; i < trace.count; i++) this.longest = Math.max(this.longest, endOf(trace, i) - trace.submit[i]);
    this.episodes = trace.rings.flatMap((ring, context) => Array.from(ring.list.keys()).filter(i => ring.list[i] > 0 && (i === 0 || ring.list[i - 1] === 0) && meta.contexts[context].ringBytes > 0)
      .map(i => ({ time: ring.time[i], context }))).sort((a, b) => a.time - b.time);
    this.errors = Array.from(trace.results.keys()).filter(i => trace.results[i] < 0).sort((a, b) => endOf(trace, a) - endOf(trace, b));
  }

  // All drawing happens here, at most once for each picture of the screen.
  redraw(whole = false) {
    this.whole ||= whole;
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      drawRing(this.trace, this.context, this.time);
      drawLives(this);
      if (this.whole) drawLatency(this.trace, this.context);
      this.whole = false;
      byId("scrub").value = Math.round(this.time / this.trace.duration * 10000);
      byId("scrub").setAttribute("aria-valuetext", `${micros(this.time)} microseconds`);
    });
  }

  goTo(time, say = "") {
    this.time = Math.max(0, Math.min(this.trace.duration, time));
    showTime(this.trace, this.time);
    if (!this.playing) this.tell(say);
    this.redraw();
  }

  tell(say) {
    const { trace, time } = this;
    let flying = 0;
    for (let i = Math.max(0, lastAt(trace.submit, time - this.longest)), last = lastAt(trace.submit, time); i <= last; i++) if (endOf(trace, i) > time) flying++;
    byId("now").textContent = `${say ? say + ". " : ""}${micros(time)} of ${micros(trace.duration)} µs, ${flying} in flight.`;
  }

  step(by) {
    const moments = this.trace.moments, at = lastAt(moments, this.time);
    const next = by > 0 ? Math.min(moments.length - 1, at + by) : Math.max(0, (moments[at] === this.time ? at : at + 1) + by);
    if (moments.length) this.goTo(moments[next], this.whatAt(moments[next]));
  }

  // What happened at a moment, in words; the first few.
  whatAt(time) {
    const { trace } = this, said = [];
    for (let i = Math.max(0, lastAt(trace.submit, time - this.longest)), last = lastAt(trace.submit, time); i <= last && said.length < 3; i++) {
      for (const [column, word] of [["submit", "submitted"], ["issued", "issued"], ["completed", "completed"], ["inRing", "put into the ring"], ["reaped", "reaped"]]) {
        if (trace[column][i] === time) said.push(`request ${meta.contexts[trace.context[i]].id}/${trace.number[i]} ${word}`);
      }
    }
    for (let i = lastAt(trace.callTime, time); i >= 0 && trace.callTime[i] === time && said.length < 4; i--) said.push(`${meta.calls[trace.callKind[i]]} called`);
    return said.join(", ");
  }

  play(on) {
    this.playing = on;
    byId("play").setAttribute("aria-pressed", on);
    byId("play").textContent = on ? "Pause" : "Play";
    if (!on) { this.tell("Paused"); return; }
    if (this.time >= this.trace.duration) this.time = 0;
    let before = null;
    const run = now => {
      if (!this.playing) return;
      if (before !== null) this.goTo(this.time + (now - before) / 1000 / Number(byId("speed").value) * this.trace.duration);
      before = now;
      if (this.time >= this.trace.duration) this.play(false); else requestAnimationFrame(run);
    };
    requestAnimationFrame(run);
  }

  choose(i, move) {
    if (i < 0 || i >= this.trace.count) return;
    this.chosen = i;
    this.useContext(this.trace.context[i]);
    this.page = Math.floor(i / pageRows);
    showLane(this.trace.lanes[i]);
    if (move) this.goTo(this.trace.submit[i], `Request ${meta.contexts[this.trace.context[i]].id}/${this.trace.number[i]} chosen`);
    showDetails(this);
    showTable(this);
    this.redraw();
  }

  useContext(context) {
    if (this.context === context || context >= meta.contexts.length) return;
    this.context = context;
    byId("context").value = context;
    this.redraw(true);
  }

  find(text) {
    let wanted;
    try { wanted = BigInt(text.trim()); } catch { byId("now").textContent = `'${text}' is no number: 7 or 0x7 is one.`; return; }
    for (let n = 1; n <= this.trace.count; n++) {
      const i = (Math.max(0, this.chosen) + n - (this.chosen < 0 ? 1 : 0)) % this.trace.count;
      if (userDataOf(this.trace, i) === wanted) { this.choose(i, true); return; }
    }
    byId("now").textContent = `No request has the user_data ${text.trim()}.`;
  }

  overflow(by) {
    const next = by > 0 ? this.episodes.find(e => e.time > this.time) : this.episodes.findLast(e => e.time < this.time);
    if (!next) { byId("now").textContent = `No overflow episode ${by > 0 ? "after" : "before"} this; there are ${this.episodes.length}.`; return; }
    this.useContext(next.context);
    this.goTo(next.time, `Overflow episode ${this.episodes.indexOf(next) + 1} of ${this.episodes.length}`);
  }

  error(by) {
    const at = this.errors.indexOf(this.chosen);
    const next = at >= 0 ? this.errors[at + by] : by > 0 ? this.errors.find(i => endOf(this.trace, i) >= this.time) : this.errors.findLast(i => endOf(this.trace, i) <= this.time);
    if (next === undefined) { byId("now").textContent = `No error ${by > 0 ? "after" : "before"} this; there are ${this.errors.length}.`; return; }
    this.choose(next, false);
    this.goTo(this.trace.completed[next] >= 0 ? this.trace.completed[next] : endOf(this.trace, next), `Error ${this.errors.indexOf(next) + 1} of ${this.errors.length}: ${resultText(this.trace.results[next])}`);
  }
}

function bind(app) {
  const click = (id, what) => byId(id).addEventListener("click", what);
  click("start", () => app.goTo(0, "Start"));
  click("end", () => app.goTo(app.trace.duration, "End"));
  click("back", () => app.step(-1));
  click("step", () => app.step(1));
  click("play", () => app.play(!app.playing));
  click("overflowBack", () => app.overflow(-1));
  click("overflowNext", () => app.overflow(1));
  click("errorBack", () => app.error(-1));
  click("errorNext", () => app.error(1));
  click("zoomIn", () => { zoomLives(app.trace, 0.5, app.time); app.redraw(); });
  click("zoomOut", () => { zoomLives(app.trace, 2, app.time); app.redraw(); });
  click("fit", () => { fitLives(app.trace); app.redraw(); });
  click("pageBack", () => { app.page--; showTable(app); });
  click("pageNext", () => { app.page++; showTable(app); });
  byId("scrub").addEventListener("input", e => app.goTo(Number(e.target.value) / 10000 * app.trace.duration));
  byId("context").addEventListener("change", e => app.useContext(Number(e.target.value)));
  byId("search").addEventListener("submit", e => { e.preventDefault(); app.find(byId("wanted").value); });
  bindPointer(app);
  document.addEventListener("keydown", e => key(app, e));
  new ResizeObserver(() => app.redraw(true)).observe(document.body);
  app.theme = bindTheme(() => app.redraw(true));
}

function bindPointer(app) {
  const canvas = byId("lives");
  let held = null;
  canvas.addEventListener("pointerdown", e => { held = { x: e.offsetX, y: e.offsetY, top: lives.top, moved: false }; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", e => {
    if (!held) return;
    if (held.moved || Math.abs(e.offsetX - held.x) > 4) {
      panLives(app.trace, (held.x - e.offsetX) / canvas.clientWidth * (lives.to - lives.from));
      held.x = e.offsetX;
      held.moved = true;
      app.redraw();
    }
  });
  canvas.addEventListener("pointerup", e => {
    if (held && !held.moved) {
      const found = lifeAt(app, e.offsetX, e.offsetY);
      if (found >= 0) app.choose(found, false);
      app.goTo(lives.from + e.offsetX / canvas.clientWidth * (lives.to - lives.from));
    }
    held = null;
  });
  canvas.addEventListener("wheel", e => {
    e.preventDefault();
    if (e.shiftKey) panLives(app.trace, e.deltaY / 500 * (lives.to - lives.from));
    else if (e.ctrlKey || e.metaKey) zoomLives(app.trace, Math.exp(e.deltaY / 300), lives.from + e.offsetX / canvas.clientWidth * (lives.to - lives.from));
    else scrollLanes(app, Math.sign(e.deltaY) * 3);
    app.redraw();
  }, { passive: false });
}

function scrollLanes(app, by) { lives.top = Math.max(0, Math.min(Math.max(0, app.trace.laneCount - 5), lives.top + by)); }

function key(app, e) {
  if (e.ctrlKey || e.metaKey || e.altKey || ["INPUT", "SELECT", "TEXTAREA"].includes(e.target.tagName)) return;
  if (e.key === " " && e.target.tagName === "BUTTON") return;
  const onLives = e.target.id === "lives";
  const act = {
    " ": () => app.play(!app.playing), ArrowRight: () => app.step(e.shiftKey ? 10 : 1), ArrowLeft: () => app.step(e.shiftKey ? -10 : -1),
    Home: () => app.goTo(0, "Start"), End: () => app.goTo(app.trace.duration, "End"), "+": () => byId("zoomIn").click(), "=": () => byId("zoomIn").click(),
    "-": () => byId("zoomOut").click(), 0: () => byId("fit").click(), "/": () => byId("wanted").focus(), o: () => app.overflow(1), O: () => app.overflow(-1),
    e: () => app.error(1), E: () => app.error(-1), t: () => app.theme(), T: () => app.theme(),
    ArrowDown: onLives ? () => app.choose(app.chosen + 1, true) : null, ArrowUp: onLives ? () => app.choose(Math.max(0, app.chosen - 1), true) : null,
  }[e.key];
  if (act) { e.preventDefault(); act(); }
}

async function main() {
  const trace = await loadTrace(), app = new App(trace);
  window.traceApp = app;
  byId("summary").textContent = `${meta.program} on ${meta.engine}, ${meta.started}: ${trace.count} requests, ${meta.contexts.length} contexts, ${trace.callTime.length} calls in ${duration(trace.duration)}`
    + (meta.lost ? `; ${meta.lost} records lost` : "") + (meta.reason === "closed" ? "" : `; ended: ${meta.reason}`) + ".";
  for (const [i, context] of meta.contexts.entries()) {
    const option = element("option", context.id === 0 ? "io_issue2" : `${context.id}${context.ringBytes ? "" : " (private)"}`, byId("context"));
    option.value = i;
  }
  fitLives(trace);
  bind(app);
  showTable(app);
  app.tell("Ready");
  app.redraw(true);
  document.body.dataset.ready = "true";
  document.body.dataset.milliseconds = Math.round(performance.now());
}

main().catch(e => {
  byId("problem").hidden = false;
  byId("problem").textContent = `The trace in this page cannot be shown: ${e.message}`;
  throw e;
});
