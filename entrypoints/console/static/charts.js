// Draws the table beside it: what is read aloud, printed and copied is the table. Without this file nothing is missing.
"use strict";

(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const day = (seconds) => new Date(seconds * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

  function read(table) {
    const rows = [...table.tBodies[0].rows].reverse();
    return [
      rows.map((row) => Date.parse(row.querySelector("time").dateTime) / 1000),
      ...[1, 2].map((column) => rows.map((row) => Number(row.cells[column].dataset.number))),
    ];
  }

  function series(label, name, few) {
    return { label, stroke: colour(name), fill: colour(`${name}-soft`), width: 2, points: { show: few, size: 6, fill: colour("--card") } };
  }

  function options(table, data, width) {
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const whole = (_, values) => values.map((value) => (Number.isInteger(value) ? value.toLocaleString("en") : ""));
    return {
      width,
      height: 260,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: { y: { range: (_, low, high) => [0, Math.max(high, 4) * 1.08] } },
      axes: [{ ...axis, grid: { show: false }, values: (_, days) => days.map(day) }, { ...axis, values: whole, size: 64 }],
      series: [{ label: names[0], value: "{D} {MMM} {YYYY}" }, series(names[1], "--good", data[0].length < 32), series(names[2], "--bad", data[0].length < 32)],
    };
  }

  function draw(holder) {
    const table = document.getElementById(holder.dataset.chart);
    const data = read(table);
    let plot = null;
    holder.hidden = false;
    const redraw = () => {
      plot?.destroy();
      plot = new uPlot(options(table, data, holder.clientWidth), data, holder);
    };
    redraw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: 260 })).observe(holder);
  }

  document.querySelectorAll("[data-chart]").forEach(draw);
})();
