// SPDX-License-Identifier: Apache-2.0
// Pictures of products: a few shapes of our own, in the product's colour. And the bars of a loyalty card.
import { checkDigit } from './common.js'

const COLOURS = {
  black: ['#33363a', '#1d1f22', '#e7e5e0'], navy: ['#33466f', '#22304f', '#e3e6ec'], olive: ['#6c7043', '#4d5130', '#eaeadd'], sand: ['#cdb48a', '#a48a5f', '#f3ecdf'],
  burgundy: ['#7d2f3f', '#5a1f2c', '#f1e4e4'], grey: ['#8b8f94', '#66696e', '#ececea'], white: ['#fbfaf6', '#c4c0b6', '#dcdfd9'],
}

/* On a field of 100 x 100. C: the colour, D: its shade. */
const SHAPES = {
  coat: '<path fill="C" d="M38 18 28 24 16 66l10 4 5-16-1 32h40l-1-32 5 16 10-4-12-42-10-6-12 6z"/><path fill="none" stroke="D" stroke-width="2" d="M50 24v62M38 18l12 14 12-14M36 62h8m12 0h8"/>',
  vest: '<path fill="C" d="M38 18 30 24c3 12 0 18-3 22v40h46V46c-3-4-6-10-3-22l-8-6-12 8z"/><path fill="none" stroke="D" stroke-width="2" d="M50 26v60M27 52h46M27 64h46M27 76h46"/>',
  knit: '<path fill="C" d="M38 22 26 27 14 66l12 4 5-15v29h38V55l5 15 12-4-12-39-12-5c-6 6-18 6-24 0z"/><path fill="none" stroke="D" stroke-width="2" d="M38 22c6 8 18 8 24 0M31 78h38M36 78v6m7-6v6m7-6v6m7-6v6m7-6v6"/>',
  beanie: '<path fill="C" d="M24 66c0-26 10-42 26-42s26 16 26 42z"/><rect x="20" y="62" width="60" height="16" rx="6" fill="D"/><circle cx="50" cy="22" r="7" fill="D"/>',
  shirt: '<path fill="C" d="M38 18 26 24 16 62l10 3 5-14v35h38V51l5 14 10-3-10-38-12-6-12 10z"/><path fill="none" stroke="D" stroke-width="2" d="m38 18 12 10 12-10M50 28v58m-14-42h9v8h-9z"/>',
  tee: '<path fill="C" d="M37 22 22 28 14 46l13 6 4-6v40h38V46l4 6 13-6-8-18-15-6c-5 8-21 8-26 0z"/><path fill="none" stroke="D" stroke-width="2" d="M37 22c5 8 21 8 26 0"/>',
  trousers: '<path fill="C" d="M33 16h34l5 70H56l-6-46-6 46H28z"/><path fill="none" stroke="D" stroke-width="2" d="M32 24h36M50 24v16m-14-8 5-8m23 8-5-8"/>',
  shorts: '<path fill="C" d="M30 28h40l8 40H54l-4-18-4 18H22z"/><path fill="none" stroke="D" stroke-width="2" d="M29 36h42M50 36v14"/>',
  sneaker: '<path fill="C" d="M14 46c8 4 16 2 22-6l24 20 22 4c6 1 8 5 6 10H14z"/><path fill="D" d="M12 72h78v6H12z"/><path fill="none" stroke="D" stroke-width="2" d="m42 46-5 6m12-1-5 6m12-1-5 6"/>',
  boot: '<path fill="C" d="M34 18h24v36l22 10c5 2 6 6 5 10H34z"/><path fill="D" d="M32 74h54v6H32z"/><path fill="none" stroke="D" stroke-width="3" d="m42 26 3 22m5-22-1 22"/>',
  loafer: '<path fill="C" d="M14 54c14-4 22-10 30-10 10 12 22 14 34 16 8 2 10 8 8 12H14z"/><path fill="D" d="M12 72h76v5H12zM44 44l-8 16 14 4 8-10z"/>',
  backpack: '<rect x="28" y="26" width="44" height="60" rx="14" fill="C"/><path fill="none" stroke="D" stroke-width="3" d="M40 26c0-14 20-14 20 0"/><rect x="34" y="56" width="32" height="22" rx="5" fill="D"/><path stroke="C" stroke-width="2" d="M34 63h32"/>',
  tote: '<path fill="C" d="M26 40h48l6 46H20z"/><path fill="none" stroke="D" stroke-width="3" d="M38 52V32c0-16 24-16 24 0v20"/>',
  bag: '<rect x="18" y="44" width="64" height="36" rx="8" fill="C"/><path fill="none" stroke="D" stroke-width="3" d="M36 44c0-18 28-18 28 0M18 58h64m-40-4h16v8H42z"/>',
  watch: '<path fill="D" d="M40 12h20l2 20H38zm-2 56h24l-2 20H40z"/><circle cx="50" cy="50" r="23" fill="C"/><circle cx="50" cy="50" r="16" fill="#fbfaf6"/><path stroke="#333" stroke-width="2.5" stroke-linecap="round" d="M50 50V40m0 10 7 4"/>',
  strap: '<path fill="C" d="M42 8h16v36H42zm0 48h16v36H42z"/><rect x="38" y="40" width="24" height="20" rx="4" fill="none" stroke="D" stroke-width="4"/>',
  pan: '<circle cx="42" cy="54" r="28" fill="D"/><circle cx="42" cy="54" r="22" fill="C"/><path stroke="D" stroke-width="8" stroke-linecap="round" d="m63 36 20-16"/>',
  knife: '<path fill="#c3c8cc" d="M20 30c26 0 42 12 46 26l-8 6C46 50 32 42 20 30z"/><path stroke="C" stroke-width="11" stroke-linecap="round" d="m66 62 16 14"/>',
  kettle: '<path fill="C" d="M30 40h40l8 40H22z"/><path fill="none" stroke="D" stroke-width="4" d="M34 40c0-22 32-22 32 0M74 54l14-8"/><circle cx="50" cy="38" r="4" fill="D"/>',
  jar: '<rect x="30" y="34" width="40" height="50" rx="8" fill="C"/><rect x="28" y="22" width="44" height="12" rx="4" fill="D"/><rect x="38" y="50" width="24" height="16" rx="2" fill="#fbfaf6"/>',
  lamp: '<path fill="none" stroke="D" stroke-width="4" stroke-linecap="round" d="M40 82 58 56 42 34"/><path fill="C" d="m26 40 18-18 16 8-20 20z"/><rect x="24" y="80" width="34" height="6" rx="3" fill="C"/>',
  pendant: '<path stroke="D" stroke-width="3" d="M50 8v30"/><path fill="C" d="M24 66c0-18 12-28 26-28s26 10 26 28z"/><circle cx="50" cy="70" r="8" fill="#f2cf6b"/>',
  pillow: '<path fill="C" d="M16 32c20 6 48 6 68 0 6 12 6 26 0 38-20-6-48-6-68 0-6-12-6-26 0-38z"/><path fill="none" stroke="D" stroke-width="2" d="M24 40c16 4 36 4 52 0M24 62c16-4 36-4 52 0"/>',
  linen: '<rect x="20" y="56" width="60" height="14" rx="6" fill="C"/><rect x="20" y="42" width="60" height="14" rx="6" fill="D"/><rect x="20" y="28" width="60" height="14" rx="6" fill="C"/><rect x="20" y="70" width="60" height="12" rx="6" fill="D"/>',
  tent: '<path fill="C" d="M50 22 12 78h76z"/><path fill="D" d="M50 40 36 78h28z"/><path stroke="D" stroke-width="2" d="M46 16 54 26m0-10-8 10"/>',
  roll: '<rect x="18" y="36" width="64" height="32" rx="16" fill="C"/><circle cx="66" cy="52" r="13" fill="D"/><circle cx="66" cy="52" r="6" fill="C"/><path stroke="D" stroke-width="3" d="M34 36v32"/>',
  stove: '<path fill="none" stroke="D" stroke-width="4" d="M26 52h48M32 52 24 84m44-32 8 32"/><rect x="40" y="54" width="20" height="28" rx="5" fill="C"/><path fill="#e2a03f" d="M50 22c8 10 10 14 10 20a10 10 0 0 1-20 0c0-6 4-8 10-20z"/>',
  poles: '<path stroke="C" stroke-width="5" stroke-linecap="round" d="m34 14 12 72M66 14 54 86"/><path stroke="D" stroke-width="3" d="M40 74h12m-4 4h12M30 18h10m20 0h10"/>',
  belt: '<ellipse cx="50" cy="52" rx="34" ry="20" fill="none" stroke="C" stroke-width="10"/><rect x="36" y="60" width="28" height="20" rx="5" fill="D"/>',
  headlamp: '<path fill="none" stroke="C" stroke-width="9" d="M18 58c0-34 64-34 64 0"/><rect x="36" y="40" width="28" height="28" rx="8" fill="D"/><circle cx="50" cy="54" r="9" fill="#f2cf6b"/>',
}

const NOUNS = {
  Parka: 'coat', 'Rain Jacket': 'coat', 'Wool Coat': 'coat', 'Down Vest': 'vest', 'Crew Sweater': 'knit', Cardigan: 'knit', Turtleneck: 'knit', Beanie: 'beanie',
  'Oxford Shirt': 'shirt', 'Linen Shirt': 'shirt', Polo: 'tee', 'T-Shirt': 'tee', Chinos: 'trousers', Jeans: 'trousers', 'Cargo Trousers': 'trousers', Shorts: 'shorts',
  Sneaker: 'sneaker', 'Chelsea Boot': 'boot', Loafer: 'loafer', Sandal: 'loafer', Backpack: 'backpack', Tote: 'tote', 'Messenger Bag': 'bag', Weekender: 'bag',
  Chronograph: 'watch', 'Field Watch': 'watch', Diver: 'watch', Strap: 'strap', 'Cast Iron Pan': 'pan', 'Chef Knife': 'knife', Kettle: 'kettle', 'Storage Jar': 'jar',
  'Desk Lamp': 'lamp', 'Floor Lamp': 'lamp', Pendant: 'pendant', 'String Lights': 'pendant', Pillow: 'pillow', 'Duvet Cover': 'linen', Blanket: 'linen', 'Fitted Sheet': 'linen',
  Tent: 'tent', 'Sleeping Bag': 'roll', 'Camp Stove': 'stove', 'Trekking Poles': 'poles', 'Running Shoe': 'sneaker', Tights: 'trousers', 'Running Belt': 'belt', Headlamp: 'headlamp',
}

const parsed = (markup) => document.importNode(new DOMParser().parseFromString(markup, 'image/svg+xml').documentElement, true)

/** For eyes only: the name stands beside it. */
export function picture(item, more = '') {
  const noun = Object.keys(NOUNS).find((name) => item?.name.endsWith(name))
  const [colour, shade, ground] = COLOURS[item?.variant.split(',')[0]] ?? COLOURS.grey
  const shape = (SHAPES[NOUNS[noun]] ?? SHAPES.tote).replaceAll('"C"', `"${colour}"`).replaceAll('"D"', `"${shade}"`)
  return parsed(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" class="picture ${more}" aria-hidden="true" stroke-linejoin="round"><rect x="-100" y="-100" width="300" height="300" fill="${ground}"/>${shape}</svg>`)
}

const LEFT = ['0001101', '0011001', '0010011', '0111101', '0100011', '0110001', '0101111', '0111011', '0110111', '0001011']
const MIRRORED = ['LLLLLL', 'LLGLGG', 'LLGGLG', 'LLGGGL', 'LGLLGG', 'LGGLLG', 'LGGGLL', 'LGLGLG', 'LGLGGL', 'LGGLGL']
const inverted = (bits) => [...bits].map((bit) => (bit === '0' ? '1' : '0')).join('')

/** A card's twelve digits as EAN-13, which any scanner reads; in-store numbers begin with 2. */
export function bars(card) {
  const digits = card + checkDigit(card)
  const left = [...digits.slice(1, 7)].map((digit, i) => (MIRRORED[digits[0]][i] === 'L' ? LEFT[digit] : [...inverted(LEFT[digit])].reverse().join('')))
  const right = [...digits.slice(7)].map((digit) => inverted(LEFT[digit]))
  const bits = `101${left.join('')}01010${right.join('')}101`
  const lines = [...bits].map((bit, i) => (bit === '1' ? `<rect x="${i + 7}" width="1" height="44"/>` : '')).join('')
  return parsed(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 109 44" role="img" aria-label="Bar code of card ${card}" shape-rendering="crispEdges" fill="#111">${lines}</svg>`)
}
