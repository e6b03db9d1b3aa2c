import { Arg, FieldResolver, Resolver, Root } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText } from '../../../kit/types.ts';
import { nameCountry } from '../countries.ts';
import { Country } from '../entities/country.ts';

@Resolver(() => Country)
export class CountryResolver {
  @FieldResolver(() => LocalizedText, {
    description: "As in CLDR, the Unicode locale data; the code itself, in locale `und`, where it is no country's.",
  })
  name(
    @Root() { code }: Country,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText {
    return nameCountry(code, locale) ?? { locale: 'und', text: code, machineTranslated: false, sourceLocale: null };
  }
}
