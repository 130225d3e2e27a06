// What a person with a phone meets on this page: sideways scrolling and what causes it, small text, targets too near.
(screen) => {
  const root = document.documentElement, body = document.body;
  const metas = [...document.querySelectorAll('meta[name="viewport" i]')].map((meta) => meta.content).filter(Boolean);
  // What layout makes of the viewport: 360 with a good one, 980 without; the page is shrunk by the difference.
  const layout = root.clientWidth;
  const shrunk = screen / layout;
  const clean = (text) => text.replace(/\s+/g, " ").trim();
  const name = (node) => {
    const id = node.id ? `#${node.id}` : "";
    const classes = typeof node.className === "string" ? clean(node.className).split(" ").filter(Boolean) : [];
    return (node.tagName.toLowerCase() + id + classes.slice(0, 2).map((one) => `.${one}`).join("")).slice(0, 120);
  };
  const overflow = (style) => style.overflowX;
  const rootOverflow = overflow(getComputedStyle(root));
  const whole = rootOverflow !== "visible" ? rootOverflow : body ? overflow(getComputedStyle(body)) : "visible";
  const locked = whole === "hidden" || whole === "clip";
  const wide = Math.max(root.scrollWidth, body && rootOverflow === "visible" ? body.scrollWidth : 0);
  const clipped = (node) => {
    for (let up = node.parentElement; up && up !== body && up !== root; up = up.parentElement) {
      if (overflow(getComputedStyle(up)) !== "visible" && up.getBoundingClientRect().right <= layout + 1) return true;
    }
    return false;
  };
  let cause = null;
  if (!locked && wide > layout + 1) {
    const nodes = body ? body.getElementsByTagName("*") : [];
    let widest = layout + 1;
    for (let i = 0; i < nodes.length && i < 20000; i++) {
      const node = nodes[i], box = node.getBoundingClientRect();
      const right = box.right + scrollX;
      if (right <= widest || box.width === 0 || box.height === 0) continue;
      const style = getComputedStyle(node);
      if (style.position === "fixed" || style.visibility === "hidden" || clipped(node)) continue;
      widest = right;
      // A link or a paragraph around a picture is as wide as the picture: that is what must shrink.
      const kinds = "img, table, iframe, video, embed, object, svg, pre";
      const inner = [...node.querySelectorAll(kinds)].find((one) => one.getBoundingClientRect().right + scrollX >= right - 2);
      if (inner) {
        const within = inner.getBoundingClientRect();
        cause = { element: name(inner), text: clean(inner.innerText || inner.alt || "").slice(0, 80),
                  width: Math.round(within.width), right: Math.round(right) };
        continue;
      }
      cause = { element: name(node), text: clean(node.innerText || node.alt || "").slice(0, 80),
                width: Math.round(box.width), right: Math.round(right) };
    }
  }
  if (!locked && wide > layout + 1 && !cause && body) {
    // No box sticks out: a word without a place to break runs out of its own.
    for (const node of [...body.getElementsByTagName("*")].slice(0, 20000)) {
      const left = node.getBoundingClientRect().left + scrollX;
      if (left + node.scrollWidth <= layout + 1 || overflow(getComputedStyle(node)) !== "visible" || clipped(node)) continue;
      cause = { element: name(node), text: clean(node.innerText || "").slice(0, 80),
                width: node.scrollWidth, right: Math.round(left + node.scrollWidth) };
    }
  }
  let letters = 0, small = 0, sample = "", smallest = 0;
  const texts = document.createTreeWalker(body || root, NodeFilter.SHOW_TEXT);
  for (let seen = 0, node; seen < 8000 && (node = texts.nextNode()); seen++) {
    const text = clean(node.data), parent = node.parentElement;
    if (!text || !parent || !parent.getClientRects().length) continue;
    const style = getComputedStyle(parent);
    if (style.visibility === "hidden" || style.opacity === "0") continue;
    const size = parseFloat(style.fontSize) * shrunk;
    letters += text.length;
    if (size > 0 && size < 11.9) {
      small += text.length;
      if (!sample || size < smallest) { sample = text.slice(0, 80); smallest = size; }
    }
  }
  const least = 24 / shrunk;
  const targets = [];
  for (const node of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, [onclick]")) {
    if (targets.length >= 400) break;
    const box = node.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) continue;
    const style = getComputedStyle(node);
    if (style.visibility === "hidden") continue;
    const around = node.parentElement ? clean(node.parentElement.textContent).length : 0;
    const inText = style.display === "inline" && around > clean(node.textContent).length + 20;
    const text = clean(node.innerText || node.value || node.title || node.getAttribute("aria-label") || "").slice(0, 40);
    targets.push({ box, x: box.x + box.width / 2, y: box.y + box.height / 2, inText, text, node,
                   small: Math.min(box.width, box.height) < least });
  }
  const near = [];
  for (const one of targets) {
    if (!one.small || one.inText) continue;
    const other = targets.find((two) => two !== one && two.text !== one.text && !two.inText
      && !one.node.contains(two.node) && !two.node.contains(one.node)
      && (two.small ? Math.hypot(one.x - two.x, one.y - two.y) < least
        : Math.hypot(Math.max(two.box.left - one.x, 0, one.x - two.box.right),
                     Math.max(two.box.top - one.y, 0, one.y - two.box.bottom)) < least / 2));
    if (other) near.push([one.text, other.text]);
  }
  // A sheet that was asked for and is not there: the page stands as nobody drew it.
  const sheets = [...document.querySelectorAll('link[rel~="stylesheet" i]:not([rel~="alternate" i]):not([disabled])')];
  const came = (link) => {
    try { return link.sheet && link.sheet.cssRules.length > 0; } catch { return true; }  // another host's: not to be read
  };
  const unstyled = sheets.filter((link) => link.href && !came(link)).length;
  return { unstyled, viewport: metas.length ? metas[metas.length - 1].slice(0, 200) : "", screen, layout, scroll: wide, locked, cause,
           letters, small, small_sample: sample, smallest: Math.round(smallest * 10) / 10,
           targets: targets.length, near: near.length, near_sample: near.slice(0, 5),
           height: Math.round(root.scrollHeight) };
}
