// Before any script of the page: nothing here waits for a person.
(() => {
  const nothing = () => undefined;
  for (const name of ["alert", "print", "stop"]) window[name] = nothing;
  window.confirm = () => false;
  window.prompt = () => null;
  window.open = () => null;
})();
