// Keeps the part of the page with data-live fresh, every so many seconds while somebody looks. Reading goes on
// undisturbed: what did not change is left alone, and what has the focus keeps it. After half an hour without a touch
// it rests, so that a page left open keeps nobody logged in.
"use strict";

(() => {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  const every = Number(live.dataset.live) * 1000;
  const longest = 30 * 60 * 1000;
  let asking = false;
  let touched = Date.now();

  function put(fresh) {
    const focused = document.activeElement;
    const place = live.contains(focused) ? [...live.querySelectorAll("a, [tabindex]")].indexOf(focused) : -1;
    const [old, coming] = [[...live.children], [...fresh.children]];
    if (old.length !== coming.length) live.replaceChildren(...coming);
    else old.forEach((child, at) => { if (child.innerHTML !== coming[at].innerHTML) child.replaceWith(coming[at]); });
    if (place >= 0 && !live.contains(document.activeElement)) live.querySelectorAll("a, [tabindex]")[place]?.focus();
  }

  async function ask() {
    if (asking || document.hidden || Date.now() - touched > longest) return;
    asking = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
      if (fresh) put(fresh);
      else if (answer.redirected) location.reload();
      live.classList.toggle("stale", !fresh);
    } catch {
      live.classList.add("stale");
    } finally {
      asking = false;
    }
  }

  ["pointermove", "keydown", "scroll"].forEach((kind) => {
    addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  });
  setInterval(ask, every);
  document.addEventListener("visibilitychange", ask);
})();
