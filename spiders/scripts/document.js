// The document as it stands, with what was typed or chosen by scripts left out; cut at `most` characters.
(most) => {
  const type = document.doctype ? `<!DOCTYPE ${document.doctype.name}>` : "";
  const text = type + document.documentElement.outerHTML;
  return text.length > most ? text.slice(0, most) : text;
}
