using System.Buffers.Text;
using System.Text;
using Vitrina.Cli.Importing;
using Vitrina.Engine.Catalog;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>Listings of a shop's category pages: one row a listed product, tab separated; a product is taken once in each category.</summary>
internal sealed class Listings
{
    private const int CrawlLeadDays = 3;
    private static readonly string[] Needed = ["category", "product_id", "price_rub", "delivery", "seller", "title"];
    private readonly Dictionary<string, int> _categories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _sellers = new(StringComparer.Ordinal);

    /// <summary>The products as the matcher takes them.</summary>
    public List<MatchableItem> Items { get; } = [];

    /// <summary>The shop's id of each product.</summary>
    public List<long> Ids { get; } = [];

    /// <summary>Roubles.</summary>
    public List<double> Prices { get; } = [];

    /// <summary>Days of delivery; NaN where unknown.</summary>
    public List<double> Days { get; } = [];

    /// <summary>Rows of the file.</summary>
    public int RowCount { get; private set; }

    /// <summary>Rows that repeat a product of their category.</summary>
    public int RepeatedCount { get; private set; }

    /// <summary>Rows whose price is none.</summary>
    public int RefusedCount { get; private set; }

    /// <summary>Rows with words about delivery, and those whose words were understood.</summary>
    public (int Given, int Known) Delivery { get; private set; }

    /// <summary>Categories.</summary>
    public int CategoryCount => _categories.Count;

    /// <summary>Reads `listings.tsv.gz` or `listings.tsv` of a folder.</summary>
    /// <exception cref="UsageException">There is no such file, or a column is missing.</exception>
    public static Listings Load(string folder)
    {
        var path = new[] { "listings.tsv.gz", "listings.tsv" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new UsageException($"there is no file listings.tsv.gz in '{folder}'");
        var listings = new Listings();
        using var file = InputFile.Open(path);
        try
        {
            listings.Read(new DelimitedRows(file.Content, (byte)'\t'), path);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{path}: {exception.Message}");
        }

        return listings.Items.Count > 0 ? listings : throw new UsageException($"{path} holds no product");
    }

    private void Read(DelimitedRows rows, string path)
    {
        foreach (var name in Needed)
        {
            if (rows.Find(name) < 0)
            {
                throw new UsageException($"{path} has no column '{name}'; it needs {string.Join(", ", Needed)}");
            }
        }

        int[] columns = [.. Needed.Select(rows.Find)];
        var (seen, words) = (new HashSet<(int, long)>(), new List<byte[]>());
        var wordNumbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var deliveries = new List<int>();
        while (rows.Read(out var error))
        {
            RowCount++;
            if (error is not null || !Utf8Parser.TryParse(rows[columns[2]], out double price, out _) || !(price > 0) || !double.IsFinite(price)
                || !Utf8Parser.TryParse(rows[columns[1]], out long id, out _))
            {
                RefusedCount++;
                continue;
            }

            var category = NumberOf(_categories, rows[columns[0]]);
            if (!seen.Add((category, id)))
            {
                RepeatedCount++;
                continue;
            }

            var delivery = rows[columns[3]];
            deliveries.Add(NumberOf(wordNumbers, delivery));
            if (words.Count < wordNumbers.Count)
            {
                words.Add(delivery.ToArray());
            }

            Items.Add(new MatchableItem(category, Encoding.UTF8.GetString(rows[columns[5]]), rows[columns[4]].IsEmpty ? -1 : NumberOf(_sellers, rows[columns[4]])));
            Ids.Add(id);
            Prices.Add(price);
        }

        ReadDeliveries(deliveries, words);
    }

    // A category was read three days before its first dated delivery, for nearer days have names. Dates have no year: any will do that has
    // no leap day near, for only differences count.
    private void ReadDeliveries(List<int> deliveries, List<byte[]> words)
    {
        const int Year = 2022;
        var first = new int?[CategoryCount];
        int?[] dates = [.. words.Select(text => RussianDelivery.ParseDate(text, Year))];
        for (var item = 0; item < Items.Count; item++)
        {
            if (dates[deliveries[item]] is { } date && (first[Items[item].Type] is not { } known || date < known))
            {
                first[Items[item].Type] = date;
            }
        }

        var (given, understood) = (0, 0);
        for (var item = 0; item < Items.Count; item++)
        {
            var text = words[deliveries[item]];
            var days = RussianDelivery.ParseDays(text, first[Items[item].Type] - CrawlLeadDays, Year);
            given += text.Length > 0 ? 1 : 0;
            understood += double.IsNaN(days) ? 0 : 1;
            Days.Add(days);
        }

        Delivery = (given, understood);
    }

    private static int NumberOf(Dictionary<string, int> numbers, ReadOnlySpan<byte> name)
    {
        var lookup = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> text = stackalloc char[256];
        var length = Encoding.UTF8.GetChars(name[..Math.Min(name.Length, text.Length)], text);
        if (!lookup.TryGetValue(text[..length], out var number))
        {
            number = numbers.Count;
            numbers[new string(text[..length])] = number;
        }

        return number;
    }

}
