import sharp, { type Sharp } from 'sharp';
import { Refusal } from './refusal.ts';

const mostPixels = 50_000_000;
const formats = {
  jpeg: (image: Sharp) => image.jpeg({ quality: 85, mozjpeg: false }),
  png: (image: Sharp) => image.png(),
  webp: (image: Sharp) => image.webp({ quality: 85 }),
  gif: (image: Sharp) => image.gif(),
  tiff: (image: Sharp) => image.tiff(),
};
export type ImageFormat = keyof typeof formats;

/**
 * The picture drawn again: turned as its EXIF says, then without EXIF, GPS, XMP, IPTC, comments, thumbnails and whatever was hidden
 * behind its end. The colours are as they look (sRGB).
 * @throws Refusal
 */
export async function redraw(bytes: Uint8Array, format: ImageFormat): Promise<Uint8Array> {
  try {
    const animated = format === 'webp' || format === 'gif';
    const image = sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels, animated });
    const { format: found } = await image.metadata();
    if (found !== format) throw new Error(`is ${found}`);
    return await formats[format](animated ? image : image.rotate()).toBuffer();
  } catch (error) {
    const isLarge = /pixel limit/.test((error as Error).message);
    throw new Refusal(
      isLarge
        ? `The image has more than ${mostPixels / 1e6} million pixels.`
        : 'The image is damaged: it cannot be read.',
    );
  }
}
