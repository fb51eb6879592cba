// Conveniences only: every page works without this file.
"use strict";

const rows = () => [...document.querySelectorAll("table.rows a.open")];

function move(step) {
  const links = rows();
  const at = links.indexOf(document.activeElement);
  const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
  if (next) next.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
    if (typing) typing.blur();
    return;
  }
  if (typing) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-key='/']");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?") document.getElementById("keys").showModal();
});

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// The first visit takes the browser's own time zone; a zone that was chosen stays.
if (!/(^|; )console_zone=/.test(document.cookie)) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `console_zone=${zone}; path=/console; max-age=31536000; samesite=lax`;
}

if (matchMedia("(max-width: 60rem)").matches) {
  document.querySelectorAll("details.filters").forEach((filters) => { filters.open = false; });
}

// A form that came back is its page again: loading that anew, or going back to it, asks for the page and sends nothing.
const refused = document.querySelector("[data-back]");
if (refused) history.replaceState(null, "", refused.dataset.back);
