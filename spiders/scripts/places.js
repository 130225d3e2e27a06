// The places on this page that items are about: for each kind the box of the element that shows it best.
(terms) => {
  const clean = (text) => (text || "").replace(/\s+/g, " ").trim();
  const fold = (text) => clean(text).normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/đ/g, "d");
  const shown = (node) => {
    const box = node.getBoundingClientRect(), style = getComputedStyle(node);
    return box.width >= 8 && box.height >= 8 && style.visibility !== "hidden" && style.opacity !== "0"
      && box.right > 0 && box.left < innerWidth && box.bottom + scrollY > 0;
  };
  const best = (nodes, worth) => {
    let found = null, most = 0;
    for (const node of nodes) {
      const value = shown(node) ? worth(node) : 0;
      if (value > most) { most = value; found = node; }
    }
    return found;
  };
  const places = {};
  const menus = "nav, [role=navigation], [id*=menu i], [class*=menu i], [id*=nav i], [class*=nav i]";
  const links = (node) => [...node.querySelectorAll("a[href]")].filter(shown).length;
  places.menu = best(document.querySelectorAll(menus), (node) => {
    const count = links(node), box = node.getBoundingClientRect();
    return count >= 3 && box.height < 1200 ? count * 1000 - (box.top + scrollY) / 10 - box.height / 10 : 0;
  });
  const heads = "header, [role=banner], #header, [id*=banner i], [class*=banner i], [class*=header i], [id*=logo i], h1";
  places.banner = best(document.querySelectorAll(heads), (node) => {
    const box = node.getBoundingClientRect(), top = box.top + scrollY;
    return top < 500 && box.height < 500 ? box.width - top / 2 : 0;
  });
  const words = "input[type=search], input[name=q], input[name=s], input[name*=search i], input[name*=key i], "
    + "input[id*=search i], input[placeholder*='tìm' i], input[title*='tìm' i]";
  const field = best(document.querySelectorAll(words), (node) => (node.type === "hidden" ? 0 : 1000 - node.getBoundingClientRect().top / 10));
  places.search = field && (field.form && shown(field.form) && field.form.getBoundingClientRect().height < 300 ? field.form : field);
  const area = best(document.querySelectorAll("textarea"), (node) => node.getBoundingClientRect().width);
  // A form may be the whole page (ASP.NET): then what lies closely around the text area.
  let around = area && area.form && shown(area.form) ? area.form : area;
  if (around && around.getBoundingClientRect().height > 700) {
    around = area;
    for (let up = area.parentElement; up && up.getBoundingClientRect().height < 500; up = up.parentElement) around = up;
  }
  places.feedback = around;
  if (terms.length) {
    const wanted = terms.map((term) => ` ${term} `);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let seen = 0, node; seen < 8000 && (node = texts.nextNode()); seen++) {
      const text = ` ${fold(node.data).replace(/[^\p{L}\p{N}]+/gu, " ").trim()} `;
      if (text.length > 4 && wanted.some((term) => text.includes(term)) && node.parentElement && shown(node.parentElement)) {
        places.injected = node.parentElement;
        break;
      }
    }
  }
  const boxes = {};
  for (const [kind, node] of Object.entries(places)) {
    if (!node) continue;
    const box = node.getBoundingClientRect();
    boxes[kind] = { left: box.left + scrollX, top: box.top + scrollY, width: box.width, height: box.height };
  }
  return { boxes, width: innerWidth, height: document.documentElement.scrollHeight };
}
