/** A secret as the vendor makes them: a prefix and the base64 of at least 12 bytes. */
export const isSecret = (text: string): boolean =>
  /^whsec_(?=.{16})(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
