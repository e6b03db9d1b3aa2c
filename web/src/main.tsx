import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { en } from './words/en.ts';
import { loadWords, readLanguage } from './words/words.ts';
import './style/page.css';
import './style/networks.css';

// Without a connection the words may not come: English is always here.
loadWords(readLanguage())
  .catch(() => en)
  .then((first) => createRoot(document.getElementById('root')!).render(<App first={first} />));

// The page works without it; it is what opens an opened plan again without a connection.
if (import.meta.env.PROD) navigator.serviceWorker?.register('/service-worker.js').catch(() => {});
