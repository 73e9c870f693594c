"""Makes font.ts: apt-get install python3-pil fonts-dejavu-core; /usr/bin/python3 src/inspect/pictures/make_font.py"""
import base64
import pathlib
from PIL import Image, ImageDraw, ImageFont

SIZE, HEIGHT = 15, 18
CHARACTERS = "".join(map(chr, range(32, 127))) + "°±²×–−→·…"
font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", SIZE)
widths, nibbles = [], []
for character in CHARACTERS:
    width = round(font.getlength(character))
    image = Image.new("L", (width, HEIGHT))
    ImageDraw.Draw(image).text((0, 0), character, fill=255, font=font)
    widths.append(width)
    nibbles += [round(value / 17) for value in image.tobytes()]
nibbles += [0] * (len(nibbles) % 2)
data = base64.b64encode(bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2]))).decode()
text = f"""// Made by make_font.py from DejaVu Sans, {SIZE} pixels: (c) Bitstream Inc. and the DejaVu authors, free to use and embed.

/** Height of a line of text, in pixels. */
export const LINE_HEIGHT = {HEIGHT};
export const CHARACTERS =
  {CHARACTERS!r};
/** Width of each character in pixels, as a hexadecimal digit. */
export const WIDTHS =
  '{"".join(f"{width:x}" for width in widths)}';
/** Opacity of each pixel, 0 to 15, two a byte, character by character, row by row; base64. */
export const OPACITIES =
  '{data}';
"""
pathlib.Path(__file__).with_name("font.ts").write_text(text)
