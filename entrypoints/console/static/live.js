// What htmx keeps fresh rests while nobody looks, and after half an hour without a touch, so that a page left open keeps
// nobody logged in. What could not be refreshed pales until it can.
"use strict";

const longest = 30 * 60 * 1000;
let touched = Date.now();

["pointermove", "keydown", "scroll"].forEach((kind) => {
  addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
});

document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden || Date.now() - touched > longest) event.preventDefault();
});

["htmx:error", "htmx:response:error"].forEach((kind) => {
  document.addEventListener(kind, (event) => event.target.classList.add("stale"));
});
