"""Words of people who write to a language model that the lists lack: a misspelling in no language."""

_WORDS = """
adapter adapters ai android api apis app apps async autocomplete avif backend backends backlog bio bitcoin
blockchain blog blogs bluetooth bool boolean booleans bugfix bugfixes cache caches cfg changelog chatbot chatbots
chatgpt checkbox checkboxes checklist checksum checksums claude cli cloud codebase config configs const cors cpu
cron crypto css csv csvs ctrl dataframe dataset datasets debug debugger debugging decrypt deepfake def dev devs diff
diffs dns docker docs docx dropdown ebook ebooks einchecken email emails embedding embeddings emoji emojis endpoint
endpoints enum env esc excel facebook favicon feedback ffmpeg fi firefox firewall firmware frontend frontends gif
gifs git github gitlab gmail google gpu gpus grep gzip hacker hardcoded hashtag hashtags hello hotfix html http
https init inline instagram int internet ios ipad iphone iterator java javascript jewellery jpeg jpg json kotlin
kubernetes laptop laptops latex linkedin linux localhost lockfile login logins logout lookup lora lua macos markdown
maths meme memes metadata middleware mongodb mp multithreaded mysql namespace nearhalf netflix netmask nginx
notebook npm null numpy oauth offline ok okay omg onboarding online openai opensource outlook pandas passphrase
passphrases paypal pdf pdfs permalink php plaintext playlist pls plugin plugins png podcast podcasts postgres
postgresql powerpoint prompt prompts proxy pytest python pytorch readme reddit refactor refactored refactoring regex
regexes repo repos rescan ruby runtime rust sandbox scala sci screenshot screenshots scrollbar sdk selfie selfies
semver signup slack smartphone smartphones softmax spotify sql sqlite startup startups stdin stdout str streaming
struct structs stylesheet subdomain subfolder submodule sudo svg swift tablet tablets tensor tensoren tensors
terraform textbox tiktok timestamp timestamps tls todo todos token tokenize tokenizer tokenizers tokens toml tooltip
tooltips traceroute tsv tuple tuples tutorial tutorials tweet tweets txt typescript ubuntu udp ui unicode unix
uptime uri url urls username usernames utf uuid uuids ux venv viewport vpn vue wasm webcam webhook webhooks webpage
website websites wget whatsapp wi wifi wiki wikipedia windows wlan workaround workarounds workflow workflows www
xlsx xml yaml yml youtube youtuber zip zoom
"""
CHAT_WORDS = frozenset(_WORDS.split())
