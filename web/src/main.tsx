import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './style/page.css';
import './style/networks.css';

createRoot(document.getElementById('root')!).render(<App />);

// The page works without it; it is what opens an opened plan again without a connection.
if (import.meta.env.PROD) navigator.serviceWorker?.register('/service-worker.js').catch(() => {});
