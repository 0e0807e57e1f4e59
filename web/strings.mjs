// The few words that the page shows before the program's own language files are there, or when they cannot be.

const texts = {
  en: {
    what: 'Type a prompt and watch a small GPT think. Everything runs on your own machine.',
    program: 'Loading the program', model: 'Loading the model', starting: 'Starting', bytes: '{done} of {all} MB',
    prompt: 'Prompt', placeholder: 'Type the beginning of a story',
    other: 'Other prompt', other_hint: 'a prompt of as many tokens',
    search: 'Search the vocabulary', search_hint: 'any other token: type it',
    address: 'Name or address of a model', address_hint: 'owner/name or https://…',
    retry: 'Try again', reload: 'Reload with the same link', details: 'What went wrong, exactly',
    offline: 'There is no network, and this device has not kept Headlight yet. After one visit with a network it works without.',
    missing: 'A part of Headlight could not be fetched: {detail}. The server may be busy; try again in a moment.',
    damaged: 'A part of Headlight did not arrive whole: {detail}. Trying again usually helps.',
    webgl: 'Headlight draws with WebGL 2, which this browser does not offer here. Often it is switched off: look for "hardware acceleration" in the browser\'s settings, or try another browser.',
    simd: 'This browser is too old for Headlight: it lacks WebAssembly SIMD. Chrome 91, Firefox 89 and Safari 16.4 and everything newer have it.',
    memory: 'The browser has no memory left for the model. Close other tabs, or load a smaller model.',
    context: 'The graphics card was taken away from this page, as happens after sleep or with a busy card. Nothing of your text is lost.',
    check: 'Headlight has met an error of its own and stopped. Your text and settings are in the link.',
    start: 'Headlight could not start: {detail}',
    controls: 'Headlight, as text', tokens: 'Tokens', next: 'What may come next', strongest: 'Strongest links of head {head}',
    step: 'Step', back: 'Step back', play: 'Play', pause: 'Pause', share: 'Copy the link',
    link: '{from} looks at {to}, {weight}', take: 'Take {text}, {percent}',
    second_changes: 'Without the changes', second_prompts: 'After the other prompt', second_item: '{text}, {percent}; here {now}',
  },
  tr: {
    what: 'Bir metin yazın ve küçük bir GPT\'nin nasıl düşündüğünü izleyin. Her şey kendi makinenizde çalışır.',
    program: 'Program yükleniyor', model: 'Model yükleniyor', starting: 'Başlıyor', bytes: '{done} / {all} MB',
    prompt: 'İstem', placeholder: 'Bir hikâyenin başını yazın (İngilizce)',
    other: 'Öteki metin', other_hint: 'aynı sayıda token\'lı bir metin',
    search: 'Sözlükte ara', search_hint: 'başka bir token: yazın',
    address: 'Modelin adı ya da adresi', address_hint: 'sahip/ad ya da https://…',
    retry: 'Yeniden dene', reload: 'Aynı bağlantıyla yeniden yükle', details: 'Tam olarak ne oldu',
    offline: 'Ağ bağlantısı yok ve bu aygıt Headlight\'ı henüz saklamamış. Ağ varken bir kez açıldıktan sonra ağsız da çalışır.',
    missing: 'Headlight\'ın bir parçası alınamadı: {detail}. Sunucu meşgul olabilir; biraz sonra yeniden deneyin.',
    damaged: 'Headlight\'ın bir parçası eksik geldi: {detail}. Yeniden denemek çoğu zaman yeter.',
    webgl: 'Headlight WebGL 2 ile çizer; bu tarayıcı burada bunu sunmuyor. Çoğu zaman kapatılmıştır: tarayıcı ayarlarında "donanım hızlandırma"yı arayın ya da başka bir tarayıcı deneyin.',
    simd: 'Bu tarayıcı Headlight için eski: WebAssembly SIMD yok. Chrome 91, Firefox 89, Safari 16.4 ve daha yenilerinde var.',
    memory: 'Tarayıcıda model için bellek kalmadı. Başka sekmeleri kapatın ya da daha küçük bir model yükleyin.',
    context: 'Grafik kartı bu sayfadan geri alındı; uykudan sonra ya da kart meşgulken olur. Metniniz kaybolmadı.',
    check: 'Headlight kendi bir hatasıyla karşılaştı ve durdu. Metniniz ve ayarlarınız bağlantıda duruyor.',
    start: 'Headlight başlayamadı: {detail}',
    controls: 'Metin olarak Headlight', tokens: 'Token\'lar', next: 'Sırada ne gelebilir', strongest: '{head} başının en güçlü bağları',
    step: 'Adım', back: 'Geri adım', play: 'Oynat', pause: 'Duraklat', share: 'Bağlantıyı kopyala',
    link: '{from}, {to} token\'ına bakıyor, {weight}', take: '{text} al, {percent}',
    second_changes: 'Değişiklikler olmasa', second_prompts: 'Öteki metnin sonrasında', second_item: '{text}, {percent}; burada {now}',
  },
};

let language = 'en';

export function setLanguage(name) {
  language = name in texts ? name : 'en';
  document.documentElement.lang = language;
}

export const currentLanguage = () => language;

// say('bytes', {done: 1, all: 2}) -> '1 of 2 MB'
export function say(key, values = {}) {
  return texts[language][key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export const keysOf = (name) => Object.keys(texts[name]);
