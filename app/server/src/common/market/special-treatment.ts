/**
 * Whether the exchange put the share under special treatment (风险警示): its name then begins with ST or *ST, on an
 * ex-date behind XD, XR or DR, and before the share reform of 2006 behind S.
 */
export function isSpecialTreatment(name: string): boolean {
  return /^(XD|XR|DR)?S?\*?ST/.test(name.normalize('NFKC'));
}
