// The trace: columns of numbers, and what follows from them. Times are nanoseconds since the start; -1 is "not told".
const meta = JSON.parse(document.getElementById("meta").textContent);
const kinds = { f64: Float64Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array };

async function unpack(base64) {
  const text = atob(base64), packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

async function loadTrace() {
  const bytes = await unpack(document.getElementById("data").textContent);
  const trace = {};
  let at = 0;
  for (const [name, type, count] of meta.columns) {
    trace[name] = new kinds[type](bytes, at, count);
    at += trace[name].byteLength + (-trace[name].byteLength & 7);
  }
  trace.count = trace.submit.length;
  trace.lanes = lanesOf(trace);
  trace.rings = meta.contexts.map((_, context) => ringOf(trace, context));
  trace.moments = momentsOf(trace);
  trace.duration = Math.max(1, trace.moments.length ? trace.moments[trace.moments.length - 1] : 1);
  trace.results = resultsOf(trace);
  return trace;
}

// When a request was last heard of: the end of its bar.
function endOf(trace, i) {
  return Math.max(trace.reaped[i], trace.inRing[i], trace.completed[i], trace.issued[i], trace.submit[i]);
}

// Each request gets the lowest lane that is free at its submit, so that the lanes show how many were in flight.
function lanesOf(trace) {
  const lanes = new Uint32Array(trace.count);
  const free = [], busy = [];
  let used = 0;
  const swap = (heap, a, b) => { const x = heap[a]; heap[a] = heap[b]; heap[b] = x; };
  const push = (heap, less, x) => {
    heap.push(x);
    for (let i = heap.length - 1; i > 0 && less(heap[i], heap[(i - 1) >> 1]); i = (i - 1) >> 1) swap(heap, i, (i - 1) >> 1);
  };
  const pop = (heap, less) => {
    const top = heap[0], last = heap.pop();
    if (heap.length) {
      heap[0] = last;
      for (let i = 0; ;) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && less(heap[child], heap[least])) least = child;
        if (least === i) break;
        swap(heap, i, least);
        i = least;
      }
    }
    return top;
  };
  const sooner = (a, b) => a.until < b.until, lower = (a, b) => a < b;
  for (let i = 0; i < trace.count; i++) {
    while (busy.length && busy[0].until <= trace.submit[i]) push(free, lower, pop(busy, sooner).lane);
    lanes[i] = free.length ? pop(free, lower) : used++;
    push(busy, sooner, { until: endOf(trace, i), lane: lanes[i] });
  }
  trace.laneCount = used;
  return lanes;
}

function ringOf(trace, context) {
  const picked = [];
  for (let i = 0; i < trace.sampleTime.length; i++) if (trace.sampleContext[i] === context) picked.push(i);
  const column = name => Float64Array.from(picked, i => trace[name][i]);
  return { time: column("sampleTime"), head: column("sampleHead"), tail: column("sampleTail"), flags: column("sampleFlags"), list: column("sampleList") };
}

// Every moment at which something happened, once each, in order: what stepping stops at.
function momentsOf(trace) {
  const columns = [trace.submit, trace.issued, trace.completed, trace.inRing, trace.reaped, trace.sampleTime, trace.callTime];
  const all = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0));
  let count = 0;
  for (const column of columns) for (const time of column) if (time >= 0) all[count++] = time;
  const sorted = all.subarray(0, count).sort();
  let kept = 0;
  for (let i = 0; i < count; i++) if (i === 0 || sorted[i] !== sorted[kept - 1]) sorted[kept++] = sorted[i];
  return sorted.subarray(0, kept);
}

function bytesOf(trace, name, i) {
  const ends = trace[name + "Ends"];
  return trace[name + "Bytes"].subarray(i ? ends[i - 1] : 0, ends[i]);
}

function viewOf(bytes) { return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength); }

// Results by request; NaN where no event was seen.
function resultsOf(trace) {
  const results = new Float64Array(trace.count).fill(NaN);
  for (let i = 0; i < trace.count; i++) {
    const event = bytesOf(trace, "event", i);
    if (event.length >= 24) results[i] = Number(viewOf(event).getBigInt64(16, true));
  }
  return results;
}

function userDataOf(trace, i) {
  const iocb = bytesOf(trace, "iocb", i), event = bytesOf(trace, "event", i);
  return iocb.length >= 48 ? viewOf(iocb).getBigUint64(8, true) : event.length >= 24 ? viewOf(event).getBigUint64(8, true) : null;
}

function operationOf(trace, i) {
  const iocb = bytesOf(trace, "iocb", i);
  return iocb.length < 48 ? "?" : meta.opcodes[viewOf(iocb).getUint16(6, true)] || "?";
}

// The last index whose value is at most that, or -1.
function lastAt(sorted, value) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1; else high = middle;
  }
  return low - 1;
}

function resultText(result) {
  if (Number.isNaN(result)) return "";
  return result < 0 ? "-" + (meta.errnos[-result] || -result) : String(result);
}

function micros(time) { return time < 0 ? "" : (time / 1000).toLocaleString("en", { maximumFractionDigits: 1, minimumFractionDigits: 1, useGrouping: false }); }

function duration(ns) {
  return ns < 1e3 ? ns.toFixed(0) + " ns" : ns < 1e6 ? (ns / 1e3).toFixed(1) + " µs" : ns < 1e9 ? (ns / 1e6).toFixed(1) + " ms" : (ns / 1e9).toFixed(2) + " s";
}
