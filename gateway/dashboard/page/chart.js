// Stacked bars over time, with uPlot.

/* global uPlot */

import { h } from "./dom.js";
import { clock } from "./words.js";

const shades = 8;
export const colour = (i) => `k${Math.min(i, shades - 1)}`;

// paint is a colour of the page as the canvas takes it.
function paint(place, name) {
  const probe = h("i");
  probe.style.color = `var(${name})`;
  place.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

// chart draws the lines of data, one on top of the other. A chart that is there
// gets the new data.
export function chart(place, data, range) {
  const sums = stacked(data.lines, data.times.length);
  const shape = JSON.stringify([data.lines.map((l) => l.name), range, getComputedStyle(document.documentElement).colorScheme, matchMedia("(prefers-color-scheme: dark)").matches]);
  if (place.plot && place.shape === shape) {
    place.data = data;
    place.plot.setData([data.times, ...sums]);
    if (place.plot.width !== place.clientWidth) place.plot.setSize(size(place));
    return;
  }
  place.plot?.destroy();
  place.replaceChildren();
  place.shape = shape;
  place.data = data;
  place.plot = new uPlot(options(place, data, range), [data.times, ...sums], place);
}

const size = (place) => ({ width: Math.max(160, place.clientWidth), height: 230 });

// stacked are the sums of each line and those below it; the last line is drawn
// first, so that the others cover it.
function stacked(lines, n) {
  const sum = new Array(n).fill(0), all = [];
  for (const line of lines) {
    for (let i = 0; i < n; i++) sum[i] += line.values[i];
    all.unshift([...sum]);
  }
  return all;
}

function options(place, data, range) {
  const ink = paint(place, "--soft"), grid = paint(place, "--line");
  const bars = uPlot.paths.bars({ size: [0.82, 40], align: 1, gap: 0 });
  const series = data.lines.map((_, i) => {
    const n = data.lines.length - 1 - i, fill = paint(place, `--s${Math.min(n, shades - 1) + 1}`);
    return { paths: bars, fill, stroke: fill, width: 0, points: { show: false } };
  });
  const axis = { stroke: ink, font: "12px system-ui, sans-serif", grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  return {
    ...size(place), legend: { show: false }, cursor: { y: false, points: { show: false }, drag: { x: false, y: false } }, padding: [8, 18, 0, 0],
    scales: { x: { range: (_, least, most) => [least, most + place.data.step] }, y: { range: (_, __, most) => [0, Math.max(place.data.least, most * 1.08)] } },
    axes: [{ ...axis, size: 28, grid: { show: false }, values: (_, ticks) => ticks.map((t) => label(new Date(t * 1000), range)), space: 62 },
      { ...axis, size: 46, values: (_, ticks) => ticks.map((t) => place.data.tick(t)) }],
    series: [{}, ...series], plugins: [tip(place, range)],
  };
}

function label(at, range) {
  if (range === "month" || (range === "week" && at.getHours() === 0)) return at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

// tip shows what is below the pointer.
function tip(place) {
  const box = h("div.tip", { hidden: true });
  return { hooks: {
    init: (u) => u.over.append(box),
    setCursor: (u) => {
      const i = u.cursor.idx, { lines, times } = place.data;
      const said = i === null || i === undefined ? [] : lines.map((l, n) => [l, n]).filter(([l]) => l.values[i] > 0);
      box.hidden = said.length === 0;
      if (box.hidden) return;
      box.replaceChildren(h("b", {}, clock(new Date(times[i] * 1000))), ...said.slice(0, 9).map(([l, n]) => h("div", {}, h("i", { class: colour(n) }), h("span", {}, l.name), h("span.num", {}, place.data.write(l.values[i])))));
      const left = u.cursor.left > u.over.clientWidth / 2;
      box.style.left = left ? "" : `${u.cursor.left + 12}px`;
      box.style.right = left ? `${u.over.clientWidth - u.cursor.left + 12}px` : "";
    },
  } };
}
