// Conveniences only: every page works without this file.
"use strict";

document.documentElement.classList.add("scripts");

// What j and k go through: the rows of the first table of rows, each by its main link or field, or by itself.
function rows() {
  const table = document.querySelector("table.rows") ?? document.querySelector("main table");
  return [...(table?.tBodies[0]?.rows ?? [])].map((row) => {
    const main = row.querySelector("a.open") ?? row.querySelector("a[href], button");
    if (!main) row.tabIndex = -1;
    return main ?? row;
  });
}

function move(step) {
  const stops = rows();
  const at = stops.findIndex((stop) => stop === document.activeElement || stop.closest("tr").contains(document.activeElement));
  const next = stops[Math.min(Math.max(at + step, 0), stops.length - 1)];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function showKeys() {
  const keys = document.getElementById("keys");
  if (!keys.open) keys.showModal();
}

const menus = "details.menu[open]";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    document.querySelectorAll(menus).forEach((menu) => {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    });
    if (typing) typing.blur();
    return;
  }
  if (typing || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-key='/']") ?? document.querySelector("main form.asking input:not([type='hidden'])");
    if (search) { event.preventDefault(); search.focus(); search.select?.(); }
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?") showKeys();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) showKeys();
  document.querySelectorAll(menus).forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// The first visit takes the browser's own time zone; a zone that was chosen stays.
if (!/(^|; )console_zone=/.test(document.cookie)) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `console_zone=${zone}; path=/console; max-age=31536000; samesite=lax`;
}

// Where there is little room, what is not the content is folded away; it opens by a tap, and where there is room again.
for (const [what, width] of [["details.filters", "60rem"], [".places > details", "76rem"]]) {
  const little = matchMedia(`(max-width: ${width})`);
  const fold = () => document.querySelectorAll(what).forEach((one) => { one.open = !little.matches; });
  if (little.matches) fold();
  little.addEventListener("change", fold);
}

// A form that came back is its page again: loading that anew, or going back to it, asks for the page and sends nothing.
const refused = document.querySelector("[data-back]");
if (refused) history.replaceState(null, "", refused.dataset.back);
