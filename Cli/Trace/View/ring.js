// The ring as a ring, and the histogram of latencies.
function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }

// A canvas with as many dots as the screen has; its context, and its size as the page counts.
function surface(id) {
  const canvas = document.getElementById(id), scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "13px system-ui, sans-serif";
  return { canvas, pen, width, height };
}

function ringState(trace, context, time) {
  const ring = trace.rings[context];
  const at = ring ? lastAt(ring.time, time) : -1;
  return at < 0 ? { head: 0, tail: 0, flags: 0, list: 0 } : { head: ring.head[at], tail: ring.tail[at], flags: ring.flags[at], list: ring.list[at] };
}

function flagNames(flags) {
  return Object.entries(meta.ringFlags).filter(([bit]) => flags & Number(bit)).map(([, name]) => name).join(", ") || "none";
}

function drawRing(trace, context, time) {
  const { pen, width, height } = surface("ring");
  const state = ringState(trace, context, time), bytes = meta.contexts[context]?.ringBytes || 0;
  const x = Math.min(width * 0.42, width - 150), y = height / 2, outer = Math.min(x, y) - 26, inner = outer * 0.68;
  const angle = position => bytes ? (position % bytes) / bytes * 2 * Math.PI - Math.PI / 2 : -Math.PI / 2;
  const arc = (from, to, fill) => {
    pen.beginPath();
    pen.arc(x, y, outer, from, to);
    pen.arc(x, y, inner, to, from, true);
    pen.closePath();
    pen.fillStyle = fill;
    pen.fill();
  };
  arc(0, 2 * Math.PI, colour("ground"));
  const held = state.tail - state.head;
  if (bytes && held > 0) arc(angle(state.head), angle(state.head) + Math.min(1, held / bytes) * 2 * Math.PI, colour("wait"));
  pen.strokeStyle = colour("line");
  for (const radius of [inner, outer]) { pen.beginPath(); pen.arc(x, y, radius, 0, 2 * Math.PI); pen.stroke(); }
  if (bytes) {
    hand(pen, x, y, inner, outer, angle(state.head), "head", colour("issue"), -1);
    hand(pen, x, y, inner, outer, angle(state.tail), "tail", colour("list"), 1);
  }
  pen.fillStyle = colour("text");
  pen.textAlign = "center";
  pen.fillText(bytes ? `${held} of ${bytes}` : "private", x, y - 3);
  pen.fillText(bytes ? "bytes" : "ring", x, y + 14);
  drawList(trace, context, pen, state, width, height);
  document.getElementById("ringText").textContent = (bytes ? `head ${state.head}, tail ${state.tail}, ${held} of ${bytes} bytes in the ring; ` : "Private ring: events wait on the list until a call takes them; ")
    + `${state.list} bytes on the overflow list; flags: ${flagNames(state.flags)}.`;
}

function hand(pen, x, y, inner, outer, angle, name, fill, side) {
  const cos = Math.cos(angle), sin = Math.sin(angle);
  pen.strokeStyle = pen.fillStyle = fill;
  pen.lineWidth = 3;
  pen.beginPath();
  pen.moveTo(x + cos * (inner - 6), y + sin * (inner - 6));
  pen.lineTo(x + cos * (outer + 6), y + sin * (outer + 6));
  pen.stroke();
  pen.lineWidth = 1;
  pen.textAlign = "center";
  const radius = side > 0 ? outer + 17 : inner - 18;
  pen.fillText(name, x + cos * radius, y + sin * radius + 4);
}

// The overflow list as a vessel that fills: full is the most that this context's list ever held.
function drawList(trace, context, pen, state, width, height) {
  const ring = trace.rings[context];
  const most = ring ? ring.list.reduce((a, b) => Math.max(a, b), 0) : 0;
  const left = width - 92, top = 40, tall = height - 90, level = most ? state.list / most * tall : 0;
  pen.fillStyle = colour("ground");
  pen.fillRect(left, top, 56, tall);
  pen.fillStyle = colour("list");
  pen.fillRect(left, top + tall - level, 56, level);
  pen.strokeStyle = colour("line");
  pen.strokeRect(left, top, 56, tall);
  pen.fillStyle = colour("text");
  pen.textAlign = "center";
  pen.fillText("overflow list", left + 28, top - 12);
  pen.fillText(`${state.list} of`, left + 28, top + tall + 18);
  pen.fillText(`at most ${most}`, left + 28, top + tall + 34);
}

// Buckets of powers of two of nanoseconds, of the chosen context.
function latencies(trace, context) {
  const buckets = new Uint32Array(48), all = [];
  for (let i = 0; i < trace.count; i++) {
    if (trace.context[i] === context && trace.completed[i] >= 0) {
      const ns = Math.max(1, trace.completed[i] - trace.submit[i]);
      buckets[Math.min(47, Math.floor(Math.log2(ns)))]++;
      all.push(ns);
    }
  }
  const sorted = Float64Array.from(all).sort();
  return { buckets, sorted };
}

function drawLatency(trace, context) {
  const { pen, width, height } = surface("latency");
  const { buckets, sorted } = latencies(trace, context);
  const text = document.getElementById("latencyText");
  if (!sorted.length) { text.textContent = "No request of this context has completed."; return; }
  const first = buckets.findIndex(n => n), last = buckets.findLastIndex(n => n), most = Math.max(...buckets);
  const wide = (width - 40) / (last - first + 1);
  for (let b = first; b <= last; b++) {
    const tall = buckets[b] / most * (height - 60), left = 20 + (b - first) * wide;
    pen.fillStyle = colour("issue");
    pen.fillRect(left + 1, height - 34 - tall, Math.max(1, wide - 2), tall);
    pen.fillStyle = colour("text");
    pen.textAlign = "center";
    if (wide > 46 || (b - first) % Math.ceil(46 / wide) === 0) pen.fillText(duration(2 ** b), left + wide / 2, height - 14);
    if (buckets[b] && wide > 40) pen.fillText(buckets[b], left + wide / 2, height - 39 - tall);
  }
  const at = share => duration(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
  text.textContent = `${sorted.length} requests: half within ${at(0.5)}, 90 % within ${at(0.9)}, 99 % within ${at(0.99)}, the longest ${duration(sorted[sorted.length - 1])}.`;
}
