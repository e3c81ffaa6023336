using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

/// <summary>A query as typed.</summary>
internal readonly record struct TypedQuery(string Text, QueryIntent Intent, bool IsMisspelt);

/// <summary>Decides what people look for and how they write it; can read its own writing back.</summary>
internal sealed class QueryWriter
{
    private const int D = Catalogue.TasteDimensions;

    // The same few errors recur for the same words, as they do in query logs.
    private const int ErrorVariants = 4;

    // How strongly taste bends what people look for.
    private const double TypeTaste = 0.8;
    private const double BrandTaste = 1.0;

    private readonly GoodsConfiguration _configuration;
    private readonly ulong _seed;
    private readonly Catalogue _catalogue;
    private readonly Population _people;
    private readonly double[] _typeLogWeight;
    private readonly double[] _kinds;
    private readonly double[][] _wordings;
    private readonly Lazy<Dictionary<string, QueryIntent>> _meanings;

    public QueryWriter(GoodsConfiguration configuration, ulong seed, Catalogue catalogue, Population people)
    {
        _configuration = configuration;
        _seed = seed;
        _catalogue = catalogue;
        _people = people;
        _typeLogWeight = [.. catalogue.Types.Select((_, rank) => -configuration.ZipfExponent * Math.Log(rank + 1))];
        double sum = 0;
        _kinds =
        [
            sum += configuration.TypeQueryShare, sum += configuration.BrandTypeQueryShare, sum += configuration.ModelQueryShare,
            sum += configuration.ColourQueryShare, sum += configuration.BrandQueryShare,
        ];
        _wordings = [.. catalogue.Types.Select(type => Zipf(type.Queries.Count, configuration.ZipfExponent))];
        _meanings = new Lazy<Dictionary<string, QueryIntent>>(CollectMeanings);
    }

    /// <summary>Draws the type a person wants.</summary>
    public int DrawType(int user, ref RandomStream stream)
    {
        ReadOnlySpan<float> taste = _people.Taste.AsSpan(user * D, D);
        ItemType[] types = _catalogue.Types;
        double[]? rented = types.Length > 128 ? new double[types.Length] : null;
        Span<double> cumulative = rented ?? stackalloc double[types.Length];
        double sum = 0;
        for (int type = 0; type < types.Length; type++)
        {
            sum += Math.Exp(_typeLogWeight[type] + TypeTaste * Dot(taste, types[type].Taste));
            cumulative[type] = sum;
        }

        return stream.NextIndex(cumulative);
    }

    /// <summary>Draws a query of a person who wants something of a type.</summary>
    public TypedQuery Draw(int user, int type, ref RandomStream stream)
    {
        int kind = stream.NextIndex(_kinds);
        int wording = stream.NextIndex(_wordings[type]);
        int brand = DrawBrand(user, type, ref stream);
        double place = stream.NextDouble();
        int colour = Math.Min(stream.NextInt(Assortment.Colours.Count), stream.NextInt(Assortment.Colours.Count));
        double error = stream.NextDouble();
        int variant = stream.NextInt(ErrorVariants);
        ItemType of = _catalogue.Types[type];

        // The power makes the first models of a type the ones people know by name, close to Zipf's law.
        int model = of.FirstModel + (int)(Math.Pow(place, 1 + 2 * _configuration.ZipfExponent) * of.ModelCount);
        (string text, QueryIntent intent) = kind switch
        {
            1 => (BrandTypeText(type, brand, wording), new QueryIntent(type, brand, -1, -1)),
            2 => (ModelText(model, wording), new QueryIntent(type, _catalogue.ModelBrand[model], model, -1)),
            3 when of.Template.HasColour => (ColourText(type, colour), new QueryIntent(type, -1, -1, colour)),
            4 => (Lower(_catalogue.Brands[brand].Name), new QueryIntent(-1, brand, -1, -1)),
            _ => (of.Queries[wording], new QueryIntent(type, -1, -1, -1)),
        };
        if (error < _configuration.TypoShare)
        {
            return new TypedQuery(Misspell(text, variant), intent, true);
        }

        return error < _configuration.TypoShare + _configuration.LayoutSlipShare
            ? new TypedQuery(KeyboardSlip.WrongLayout(text), intent, true)
            : new TypedQuery(text, intent, false);
    }

    /// <summary>What a text means, whether typed well or with one of the usual errors; <see cref="QueryIntent.Nothing"/> for words the world never writes.</summary>
    /// <remarks>The first call collects every text; later ones look up.</remarks>
    public QueryIntent Read(string text) => _meanings.Value.TryGetValue(text, out QueryIntent intent) ? intent : QueryIntent.Nothing;

    private static double Dot(ReadOnlySpan<float> left, float[] right)
    {
        double sum = 0;
        for (int dimension = 0; dimension < D; dimension++)
        {
            sum += left[dimension] * right[dimension];
        }

        return sum;
    }

    private static double[] Zipf(int count, double exponent)
    {
        var cumulative = new double[count];
        double sum = 0;
        for (int rank = 0; rank < count; rank++)
        {
            sum += Math.Pow(rank + 1, -exponent);
            cumulative[rank] = sum;
        }

        return cumulative;
    }

    private static string Lower(string text) => text.ToLowerInvariant();

    private int DrawBrand(int user, int type, ref RandomStream stream)
    {
        ReadOnlySpan<float> taste = _people.Taste.AsSpan(user * D, D);
        int[] brands = _catalogue.Types[type].Brands;
        Span<double> cumulative = stackalloc double[brands.Length];
        double sum = 0;
        for (int rank = 0; rank < brands.Length; rank++)
        {
            sum += Math.Exp(BrandTaste * Dot(taste, _catalogue.Brands[brands[rank]].Taste)) * Math.Pow(rank + 1, -_configuration.ZipfExponent);
            cumulative[rank] = sum;
        }

        return brands[stream.NextIndex(cumulative)];
    }

    private string BrandTypeText(int type, int brand, int wording)
    {
        string name = Lower(_catalogue.Brands[brand].Name);
        ItemType of = _catalogue.Types[type];
        return wording == 1 ? $"{name} {of.Queries[0]}" : $"{of.Queries[0]} {name}";
    }

    private string ModelText(int model, int wording)
    {
        string name = Lower($"{_catalogue.Brands[_catalogue.ModelBrand[model]].Name} {_catalogue.ModelName[model]}");
        return wording == 0 ? name : $"{_catalogue.Types[_catalogue.ModelType[model]].Queries[0]} {name}";
    }

    private string ColourText(int type, int colour)
    {
        ItemType of = _catalogue.Types[type];
        return $"{of.Queries[0]} {Adjective.Agree(Assortment.Colours[colour], of.Template.Gender)}";
    }

    private string Misspell(string text, int variant)
    {
        RandomStream stream = RandomStream.For(_seed ^ (ulong)StreamPurpose.TypingError, text, (ulong)variant);
        return KeyboardSlip.Typo(text, ref stream);
    }

    private Dictionary<string, QueryIntent> CollectMeanings()
    {
        var right = new Dictionary<string, QueryIntent>(StringComparer.Ordinal);
        for (int type = 0; type < _catalogue.Types.Length; type++)
        {
            ItemType of = _catalogue.Types[type];
            foreach (string text in of.Queries)
            {
                right.TryAdd(text, new QueryIntent(type, -1, -1, -1));
            }

            foreach (int brand in of.Brands)
            {
                right.TryAdd(BrandTypeText(type, brand, 0), new QueryIntent(type, brand, -1, -1));
                right.TryAdd(BrandTypeText(type, brand, 1), new QueryIntent(type, brand, -1, -1));
                right.TryAdd(Lower(_catalogue.Brands[brand].Name), new QueryIntent(-1, brand, -1, -1));
            }

            for (int colour = 0; colour < Assortment.Colours.Count && of.Template.HasColour; colour++)
            {
                right.TryAdd(ColourText(type, colour), new QueryIntent(type, -1, -1, colour));
            }
        }

        for (int model = 0; model < _catalogue.ModelCount; model++)
        {
            var intent = new QueryIntent(_catalogue.ModelType[model], _catalogue.ModelBrand[model], model, -1);
            right.TryAdd(ModelText(model, 0), intent);
            right.TryAdd(ModelText(model, 1), intent);
        }

        var all = new Dictionary<string, QueryIntent>(right, StringComparer.Ordinal);
        foreach ((string text, QueryIntent intent) in right)
        {
            all.TryAdd(KeyboardSlip.WrongLayout(text), intent);
            for (int variant = 0; variant < ErrorVariants; variant++)
            {
                all.TryAdd(Misspell(text, variant), intent);
            }
        }

        return all;
    }
}
