// The time line: one lane for each request in flight; only what is in sight is drawn.
const lives = { from: 0, to: 1, top: 0, laneTall: 14, axis: 24 };

function fitLives(trace) { lives.from = 0; lives.to = trace.duration; lives.top = 0; }

function zoomLives(trace, factor, around) {
  const width = Math.min(trace.duration, Math.max(50, (lives.to - lives.from) * factor));
  const share = (around - lives.from) / (lives.to - lives.from);
  lives.from = Math.max(0, Math.min(trace.duration - width, around - share * width));
  lives.to = lives.from + width;
}

function panLives(trace, by) {
  const width = lives.to - lives.from;
  lives.from = Math.max(0, Math.min(trace.duration - width, lives.from + by));
  lives.to = lives.from + width;
}

function showTime(trace, time) {
  if (time < lives.from || time > lives.to) panLives(trace, time - (lives.from + lives.to) / 2);
}

function showLane(lane) {
  const rows = Math.max(1, Math.floor((document.getElementById("lives").clientHeight - lives.axis) / lives.laneTall));
  if (lane < lives.top || lane >= lives.top + rows) lives.top = Math.max(0, lane - (rows >> 1));
}

function drawLives(app) {
  const { trace } = app, { pen, width, height } = surface("lives");
  const scale = width / (lives.to - lives.from), x = time => (time - lives.from) * scale;
  const rows = Math.ceil((height - lives.axis) / lives.laneTall);
  const inks = Object.fromEntries(["submit", "issue", "list", "wait", "error", "text", "line", "accent"].map(name => [name, colour(name)]));
  const drawnTo = new Float64Array(rows).fill(-1);
  const last = lastAt(trace.submit, lives.to);
  let drawn = 0;
  for (let i = firstSeen(app); i <= last; i++) {
    const row = trace.lanes[i] - lives.top;
    if (row < 0 || row >= rows) continue;
    const right = x(endOf(trace, i));
    if (right < 0 || (right < drawnTo[row] && i !== app.chosen)) continue;
    drawn++;
    drawLife(app, pen, inks, i, row, x);
    // What ends in a dot that is drawn already adds nothing.
    drawnTo[row] = Math.floor(right) + 1;
  }
  app.drawn = drawn;
  document.getElementById("lives").dataset.drawn = drawn;
  drawAxis(pen, inks, width, height, x);
  const now = x(app.time);
  pen.strokeStyle = inks.accent;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(now, 0);
  pen.lineTo(now, height);
  pen.stroke();
  pen.lineWidth = 1;
}

// Requests are ordered by submit; one that began before the window may reach into it, but not before the longest life.
function firstSeen(app) {
  return Math.max(0, lastAt(app.trace.submit, lives.from - app.longest));
}

function drawLife(app, pen, inks, i, row, x) {
  const { trace } = app, top = lives.axis + row * lives.laneTall + 2, tall = lives.laneTall - 4;
  const part = (from, to, ink) => {
    if (from < 0 || to < from) return;
    pen.fillStyle = ink;
    pen.fillRect(x(from), top, Math.max(1, x(to) - x(from)), tall);
  };
  const begun = trace.issued[i] >= 0 ? trace.issued[i] : trace.completed[i] >= 0 ? trace.completed[i] : endOf(trace, i);
  part(trace.submit[i], begun, inks.submit);
  part(trace.issued[i], trace.completed[i] >= 0 ? trace.completed[i] : endOf(trace, i), inks.issue);
  const ready = trace.inRing[i] >= 0 ? trace.inRing[i] : trace.reaped[i];
  part(trace.completed[i], ready, inks.list);
  part(trace.inRing[i], trace.reaped[i] >= 0 ? trace.reaped[i] : trace.inRing[i], inks.wait);
  if (trace.results[i] < 0) part(trace.completed[i], trace.completed[i] + 3 * (lives.to - lives.from) / document.getElementById("lives").clientWidth, inks.error);
  if (i === app.chosen) {
    pen.strokeStyle = inks.text;
    pen.lineWidth = 2;
    pen.strokeRect(x(trace.submit[i]) - 2, top - 1, Math.max(4, x(endOf(trace, i)) - x(trace.submit[i]) + 4), tall + 2);
    pen.lineWidth = 1;
  }
}

function drawAxis(pen, inks, width, height, x) {
  const span = lives.to - lives.from, rough = span / Math.max(2, width / 110), power = 10 ** Math.floor(Math.log10(rough));
  const tick = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough);
  pen.fillStyle = inks.text;
  pen.strokeStyle = inks.line;
  pen.textAlign = "left";
  for (let time = Math.ceil(lives.from / tick) * tick; time <= lives.to; time += tick) {
    pen.beginPath();
    pen.moveTo(x(time), 0);
    pen.lineTo(x(time), lives.axis - 6);
    pen.stroke();
    pen.fillText(duration(time), x(time) + 4, 13);
  }
}

// The request under a point, or -1: the last drawn one wins, as the eye has it.
function lifeAt(app, left, top) {
  const { trace } = app, canvas = document.getElementById("lives");
  const lane = Math.floor((top - lives.axis) / lives.laneTall) + lives.top, dot = (lives.to - lives.from) / canvas.clientWidth;
  const time = lives.from + left * dot;
  let found = -1, nearest = Infinity;
  for (let i = firstSeen(app), last = lastAt(trace.submit, time + 3 * dot); i <= last; i++) {
    if (trace.lanes[i] !== lane) continue;
    const away = Math.max(0, trace.submit[i] - time, time - endOf(trace, i));
    if (away <= 3 * dot && away <= nearest) { nearest = away; found = i; }
  }
  return found;
}
