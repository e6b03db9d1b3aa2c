import { createContext } from 'react';

/** What the plan is called, in the language of the page. */
export const TitleContext = createContext('');
