import helmet from 'helmet';
import type { Middleware } from './middleware.ts';

const YEAR_SECONDS = 31_536_000;

/** The page uses none of these. */
const PERMISSIONS = [
  'accelerometer',
  'browsing-topics',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/**
 * Everything comes from this server and no script or style stands in the page, so no nonce is needed. Over plain HTTP
 * `upgrade-insecure-requests` would blank the page, and HSTS (RFC 6797, 7.2) must not be sent.
 */
function headersOver(https: boolean): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: https && { maxAge: YEAR_SECONDS, includeSubDomains: true },
    crossOriginEmbedderPolicy: true,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
}

/** `isForced`: nobody is to come back over plain HTTP. */
export function securityHeaders(isForced: boolean): Middleware {
  const plain = headersOver(false);
  const strict = headersOver(true);
  return (request, response, next) => {
    response.setHeader('Permissions-Policy', PERMISSIONS);
    (isForced && request.secure ? strict : plain)(request, response, next);
  };
}
