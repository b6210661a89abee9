// When an element comes near what the reader sees, so that a page of many players loads only those
// that are looked at.

const NEAR = 1; // screens above and below what is seen

/** Whether an element is less than NEAR screens away from what is seen. @param {Element} element */
export function nearView(element) {
  const { top, bottom, width } = element.getBoundingClientRect();
  return width > 0 && top < (1 + NEAR) * innerHeight && bottom > -NEAR * innerHeight;
}

/**
 * Calls `then` once, when the element comes near; the observer can be disconnected before.
 * @param {Element} element
 * @param {() => void} then
 */
export function whenNear(element, then) {
  const nearing = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      nearing.disconnect();
      then();
    },
    { rootMargin: `${100 * NEAR}% 0px` },
  );
  nearing.observe(element);
  return nearing;
}
