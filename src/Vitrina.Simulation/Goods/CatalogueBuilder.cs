using System.Globalization;
using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

/// <summary>Fills a catalogue: types, brands, sellers, models and cards, each from its own random stream.</summary>
internal sealed class CatalogueBuilder
{
    private const int D = Catalogue.TasteDimensions;
    private const byte None = 255;

    // Shares of brand and style in taste; squares sum to 1, so that a person's taste for a model stays standard normal.
    private const float BrandTaste = 0.8f;
    private const float StyleTaste = 0.6f;

    // A type's number of items falls with its rank more slowly than its demand does: shops list more than sells.
    private const double SupplyExponent = 0.3;

    private static readonly string[] SellerWords =
        ["Север", "Вектор", "Уют", "Маркет", "Дом", "Спектр", "Меридиан", "Восток", "Гранд", "Линия", "Парус", "Атлант", "Формат", "Ритм", "Полюс", "Квартал"];

    private static readonly string[] SellerForms = ["ООО", "ИП", "ТД"];

    private readonly GoodsConfiguration _configuration;
    private readonly ulong _seed;
    private readonly long _start;
    private readonly long _end;
    private readonly int _threads;
    private readonly List<Brand> _brands = [];
    private readonly Dictionary<string, int> _brandOrdinals = new(StringComparer.Ordinal);

    public CatalogueBuilder(GoodsConfiguration configuration, ulong seed, long start, long end, int threads)
    {
        _configuration = configuration;
        _seed = seed;
        _start = start;
        _end = end;
        _threads = threads;
    }

    public Catalogue Build()
    {
        ItemType[] types = BuildTypes();
        Seller[] sellers = BuildSellers();
        int modelCount = types.Sum(type => type.ModelCount);
        int itemCount = _configuration.ItemCount;
        var itemModel = new int[itemCount];
        var catalogue = new Catalogue
        {
            Types = types,
            Brands = [.. _brands],
            Sellers = sellers,
            ModelType = new int[modelCount],
            ModelBrand = new int[modelCount],
            ModelName = new string[modelCount],
            ModelQuality = new float[modelCount],
            ModelPrice = new float[modelCount],
            ModelTaste = new float[modelCount * D],
            ModelFeature = new byte[modelCount],
            ModelAudience = new byte[modelCount],
            ItemModel = itemModel,
            ItemSeller = new int[itemCount],
            ItemColour = new byte[itemCount],
            ItemSize = new byte[itemCount],
            ItemQuality = new float[itemCount],
            ItemPopularity = new float[itemCount],
            ItemIsNew = new bool[itemCount],
            ItemReviews = new int[itemCount],
            ItemRating = new float[itemCount],
            ItemPhotos = new byte[itemCount],
            ItemPublishedAt = new long[itemCount],
            ItemId = Ids('i', itemCount),
            SellerId = Ids('s', sellers.Length),
            ModelStart = new int[modelCount + 1],
            ItemsOfModel = new int[itemCount],
            BrandStart = new int[_brands.Count + 1],
            ItemsOfBrand = new int[itemCount],
        };
        Parallel.For(0, types.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads }, type => FillType(catalogue, type));
        Index(catalogue);
        return catalogue;
    }

    private static string[] Ids(char prefix, int count)
    {
        var ids = new string[count];
        for (int ordinal = 0; ordinal < count; ordinal++)
        {
            ids[ordinal] = prefix + ordinal.ToString(prefix == 'i' ? "D6" : "D", CultureInfo.InvariantCulture);
        }

        return ids;
    }

    private static void Index(Catalogue catalogue)
    {
        (int[] start, int[] items) = Catalogue.GroupItems(catalogue.ItemCount, catalogue.ModelCount, item => catalogue.ItemModel[item]);
        start.CopyTo(catalogue.ModelStart, 0);
        items.CopyTo(catalogue.ItemsOfModel, 0);
        (start, items) = Catalogue.GroupItems(
            catalogue.ItemCount, catalogue.Brands.Length, item => catalogue.ModelBrand[catalogue.ItemModel[item]]);
        start.CopyTo(catalogue.BrandStart, 0);
        items.CopyTo(catalogue.ItemsOfBrand, 0);
    }

    private ItemType[] BuildTypes()
    {
        int[] itemCounts = Shares(_configuration.ItemCount, _configuration.TypeCount);
        var types = new ItemType[_configuration.TypeCount];
        int firstItem = 0;
        int firstModel = 0;
        for (int ordinal = 0; ordinal < types.Length; ordinal++)
        {
            TypeTemplate template = Assortment.Templates[ordinal % Assortment.Templates.Count];
            int round = ordinal / Assortment.Templates.Count;
            string? qualifier = round == 0 ? null : Adjective.Agree(Assortment.Qualifiers[round - 1], template.Gender);
            RandomStream stream = Streams.Open(_seed, StreamPurpose.ItemType, ordinal);
            int modelCount = Math.Clamp((int)Math.Round(itemCounts[ordinal] / _configuration.ItemsPerModel), 1, itemCounts[ordinal]);
            types[ordinal] = new ItemType
            {
                Template = template,
                Title = qualifier is null ? template.Title : $"{template.Title} {qualifier}",
                Queries = qualifier is null ? template.Queries : [.. template.Queries.Select(query => $"{query} {qualifier}")],
                Brands = [.. template.Brands.Select(BrandOrdinal)],
                Taste = Vector(ref stream),
                FirstModel = firstModel,
                ModelCount = modelCount,
                FirstItem = firstItem,
                ItemCount = itemCounts[ordinal],
                LogMedianPrice = Math.Log(template.MedianPrice),
            };
            firstItem += itemCounts[ordinal];
            firstModel += modelCount;
        }

        return types;
    }

    /// <summary>Divides a count over ranks by a power law; every rank gets at least one.</summary>
    private static int[] Shares(int total, int ranks)
    {
        double sum = 0;
        for (int rank = 0; rank < ranks; rank++)
        {
            sum += Math.Pow(rank + 1, -SupplyExponent);
        }

        var shares = new int[ranks];
        int given = 0;
        for (int rank = 0; rank < ranks; rank++)
        {
            shares[rank] = 1 + (int)((total - ranks) * Math.Pow(rank + 1, -SupplyExponent) / sum);
            given += shares[rank];
        }

        shares[0] += total - given;
        return shares;
    }

    private int BrandOrdinal(string name)
    {
        if (!_brandOrdinals.TryGetValue(name, out int ordinal))
        {
            ordinal = _brands.Count;
            _brandOrdinals.Add(name, ordinal);
            RandomStream stream = RandomStream.For(_seed, name, (ulong)StreamPurpose.Brand);
            _brands.Add(new Brand(name, Vector(ref stream), stream.NextGaussian(), 0.25 * stream.NextGaussian()));
        }

        return ordinal;
    }

    private static float[] Vector(ref RandomStream stream)
    {
        var vector = new float[D];
        for (int dimension = 0; dimension < D; dimension++)
        {
            vector[dimension] = (float)(stream.NextGaussian() / Math.Sqrt(D));
        }

        return vector;
    }

    private Seller[] BuildSellers()
    {
        var sellers = new Seller[_configuration.SellerCount];
        for (int ordinal = 0; ordinal < sellers.Length; ordinal++)
        {
            RandomStream stream = Streams.Open(_seed, StreamPurpose.Seller, ordinal);
            bool isAbroad = stream.NextBool(_configuration.AbroadShare);
            double quality = stream.NextGaussian();
            double offset = 0.5 * _configuration.SellerPriceSpread * stream.NextGaussian() - (isAbroad ? 0.15 : 0);
            int delivery = isAbroad ? 8 + stream.NextInt(12) : 1 + Math.Min(5, stream.NextPoisson(1.6));
            string name = $"{SellerForms[stream.NextInt(SellerForms.Length)]} {SellerWords[stream.NextInt(SellerWords.Length)]}-{ordinal + 1}";
            string region = isAbroad ? "Китай" : Assortment.Regions[stream.NextInt(Assortment.Regions.Count)].Name;
            sellers[ordinal] = new Seller(name, region, quality, offset, delivery, isAbroad);
        }

        return sellers;
    }

    private void FillType(Catalogue catalogue, int typeOrdinal)
    {
        ItemType type = catalogue.Types[typeOrdinal];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int offset = 0; offset < type.ModelCount; offset++)
        {
            FillModel(catalogue, typeOrdinal, offset, names);
        }

        var logPrices = new double[type.ItemCount];
        for (int offset = 0; offset < type.ItemCount; offset++)
        {
            int item = type.FirstItem + offset;
            FillItem(catalogue, type, item, offset);
            logPrices[offset] = Math.Log(catalogue.ModelPrice[catalogue.ItemModel[item]]);
        }

        Array.Sort(logPrices);
        type.LogMedianPrice = logPrices[logPrices.Length / 2];
    }

    private void FillModel(Catalogue catalogue, int typeOrdinal, int offset, HashSet<string> names)
    {
        ItemType type = catalogue.Types[typeOrdinal];
        int model = type.FirstModel + offset;
        RandomStream stream = Streams.Open(_seed, StreamPurpose.Model, ((long)typeOrdinal << 32) | (uint)offset);

        // Squaring favours the first brands, as in any shop.
        double place = stream.NextDouble();
        int brandOrdinal = type.Brands[(int)(place * place * type.Brands.Length)];
        Brand brand = catalogue.Brands[brandOrdinal];
        double quality = stream.NextGaussian();
        double logPrice = Math.Log(type.Template.MedianPrice) + brand.LogPremium
            + 0.15 * quality + _configuration.PriceSpread * stream.NextGaussian();
        catalogue.ModelType[model] = typeOrdinal;
        catalogue.ModelBrand[model] = brandOrdinal;
        catalogue.ModelQuality[model] = (float)quality;
        catalogue.ModelPrice[model] = (float)Math.Exp(logPrice);
        for (int dimension = 0; dimension < D; dimension++)
        {
            float style = (float)(stream.NextGaussian() / Math.Sqrt(D));
            catalogue.ModelTaste[model * D + dimension] = BrandTaste * brand.Taste[dimension] + StyleTaste * style;
        }

        catalogue.ModelFeature[model] = type.Template.Features.Count == 0 ? None : (byte)stream.NextInt(type.Template.Features.Count);
        catalogue.ModelAudience[model] = type.Template.HasAudience ? (byte)stream.NextInt(Assortment.Audiences.Count) : None;
        catalogue.ModelName[model] = ModelName(type.Template, brand.Name, ref stream, names);
    }

    private static string ModelName(TypeTemplate template, string brand, ref RandomStream stream, HashSet<string> names)
    {
        string name = "";
        for (int attempt = 0; attempt < 8; attempt++)
        {
            string line = template.Lines.Count == 0 ? "" : template.Lines[stream.NextInt(template.Lines.Count)];
            string code = template.Codes.Count == 0 ? "" : Code(template.Codes[stream.NextInt(template.Codes.Count)], ref stream);
            name = line.Length == 0 ? code : code.Length == 0 ? line : $"{line} {code}";
            if (names.Add($"{brand} {name}"))
            {
                return name;
            }
        }

        for (int version = 2; ; version++)
        {
            string numbered = string.Create(CultureInfo.InvariantCulture, $"{name} v{version}");
            if (names.Add($"{brand} {numbered}"))
            {
                return numbered;
            }
        }
    }

    private static string Code(string pattern, ref RandomStream stream)
    {
        const string Letters = "ABCDEFGHKLMNPRSTVXZ";
        Span<char> code = stackalloc char[pattern.Length];
        for (int index = 0; index < pattern.Length; index++)
        {
            bool isFirstDigit = index == 0 || pattern[index - 1] != '#';
            code[index] = pattern[index] switch
            {
                '#' => (char)('0' + (isFirstDigit ? 1 + stream.NextInt(9) : stream.NextInt(10))),
                '@' => Letters[stream.NextInt(Letters.Length)],
                char other => other,
            };
        }

        return new string(code);
    }

    private void FillItem(Catalogue catalogue, ItemType type, int item, int offset)
    {
        RandomStream stream = Streams.Open(_seed, StreamPurpose.Item, item);

        // Every model has its first card; the others gather at popular models.
        double place = stream.NextDouble();
        int model = type.FirstModel + (offset < type.ModelCount ? offset : (int)(place * place * type.ModelCount));
        double sellerPlace = stream.NextDouble();
        int seller = (int)(sellerPlace * Math.Sqrt(sellerPlace) * catalogue.Sellers.Length);
        double quality = stream.NextGaussian();
        bool isNew = stream.NextDouble() < _configuration.NewItemShare;
        double moment = stream.NextDouble();
        double ageDays = stream.NextExponential(200);
        double popularityNoise = stream.NextGaussian();
        double ratingNoise = stream.NextGaussian();
        int colour = Math.Min(Math.Min(stream.NextInt(Assortment.Colours.Count), stream.NextInt(Assortment.Colours.Count)), (model % 3) + 4);
        int size = type.Template.Sizes.Count == 0 ? None : stream.NextInt(type.Template.Sizes.Count);
        int photos = Math.Clamp((int)Math.Round(5 + 2 * quality + stream.NextGaussian()), 1, 15);

        double modelQuality = catalogue.ModelQuality[model];
        double brandQuality = catalogue.Brands[catalogue.ModelBrand[model]].Quality;
        catalogue.ItemModel[item] = model;
        catalogue.ItemSeller[item] = seller;
        catalogue.ItemColour[item] = type.Template.HasColour ? (byte)colour : None;
        catalogue.ItemSize[item] = (byte)size;
        catalogue.ItemQuality[item] = (float)quality;
        catalogue.ItemIsNew[item] = isNew;
        catalogue.ItemPublishedAt[item] = isNew
            ? Whole(_start + (long)(moment * (_end - _start)))
            : Whole(_start - (long)(Math.Min(ageDays, 1000) * TimeSpan.TicksPerDay));
        catalogue.ItemPopularity[item] = isNew ? -1.5f : (float)(0.5 * modelQuality + 0.3 * brandQuality + 0.8 * popularityNoise);
        catalogue.ItemPhotos[item] = (byte)photos;
        int reviews = isNew ? 0 : (int)(Math.Min(ageDays, 1000) * 0.3 * Math.Exp(0.6 * popularityNoise + 0.3 * modelQuality));
        catalogue.ItemReviews[item] = reviews;
        catalogue.ItemRating[item] = reviews == 0
            ? 0
            : (float)Math.Round(Math.Clamp(4.3 + 0.3 * modelQuality + 0.15 * quality + 0.9 * ratingNoise / Math.Sqrt(reviews + 3), 1, 5), 1);
    }

    private static long Whole(long ticks) => ticks - ticks % TimeSpan.TicksPerSecond;
}
