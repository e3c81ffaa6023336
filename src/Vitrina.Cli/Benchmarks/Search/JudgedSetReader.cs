using System.Buffers.Text;
using System.Text;
using Vitrina.Cli.Importing;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>Reads a folder of graded queries. What a file is, its columns say; names do not matter, gzip is known by <c>.gz</c>.</summary>
/// <remarks>
/// Either one table of pairs (<c>id</c>, <c>query</c> or <c>search_term</c>, <c>product_title</c>, <c>median_relevance</c> or <c>relevance</c>, optionally
/// <c>product_uid</c> and <c>product_description</c>), or a table of judgements (<c>query</c>, <c>docid</c>, <c>rating</c>) beside JSON lists of products.
/// </remarks>
internal sealed class JudgedSetReader
{
    private const float MaxGrade = 20;

    private readonly List<JudgedDocument> _documents = [];
    private readonly Dictionary<string, int> _documentOf = new(StringComparer.Ordinal);
    private readonly List<JudgedQuery> _queries = [];
    private readonly Dictionary<string, JudgedQuery> _queryOf = new(StringComparer.Ordinal);
    private int _unknown;

    /// <summary>Reads a folder.</summary>
    /// <exception cref="UsageException">There is no such folder, or no table of a known kind in it.</exception>
    /// <exception cref="InvalidDataException">A file cannot be read; names file, line and field.</exception>
    public static JudgedSet Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"there is no folder '{folder}'");
        }

        var tables = FilesOf(folder, ".csv", ".csv.gz");
        if (tables.Select(path => (Path: path, Columns: JudgedColumns.Of(path))).Where(table => table.Columns is not null).ToList() is not [var (path, columns)])
        {
            throw new UsageException($"'{folder}' must hold one table with the columns {JudgedColumns.Known}; its tables are: {(tables.Count == 0 ? "none" : string.Join(", ", tables.Select(Path.GetFileName)))}");
        }

        var reader = new JudgedSetReader();
        if (columns!.HasTitles)
        {
            reader.ReadTable(path, columns);
            return reader.ToSet(isCollection: false);
        }

        var products = FilesOf(folder, ".json", ".json.gz");
        if (products.Count == 0)
        {
            throw new UsageException($"'{folder}': '{Path.GetFileName(path)}' judges documents by docid, but no .json or .json.gz file with the documents stands beside it");
        }

        foreach (var file in products)
        {
            ProductFile.Read(file, reader.AddDocument);
        }

        reader.ReadTable(path, columns);
        return reader.ToSet(isCollection: true);
    }

    private static List<string> FilesOf(string folder, params string[] endings) =>
        [.. Directory.EnumerateFiles(folder).Where(path => endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))).Order(StringComparer.Ordinal)];

    private JudgedSet ToSet(bool isCollection) => new(_documents, _queries, isCollection, _unknown);

    private string? AddDocument(JudgedDocument document)
    {
        if (!_documentOf.TryAdd(document.Id, _documents.Count))
        {
            return $"there is an earlier document '{document.Id}'";
        }

        _documents.Add(document);
        return null;
    }

    private void ReadTable(string path, JudgedColumns columns)
    {
        using var file = InputFile.Open(path);
        var rows = new DelimitedRows(file.Content, (byte)',');
        while (rows.Read(out var error))
        {
            if (error is { } refused)
            {
                throw new InvalidDataException($"{path}, line {rows.Line}: {refused}");
            }

            ReadRow(rows, columns, path);
        }

        if (_queries.Count == 0)
        {
            throw new InvalidDataException($"{path}: there is no row behind the header");
        }
    }

    private void ReadRow(DelimitedRows rows, JudgedColumns columns, string path)
    {
        var query = Text(rows, columns.Query);
        var id = Text(rows, columns.Id);
        if (query.Length == 0 || id.Length == 0)
        {
            throw new InvalidDataException($"{path}, line {rows.Line}: {rows.Columns[query.Length == 0 ? columns.Query : columns.Id]}: is empty");
        }

        if (!Utf8Parser.TryParse(rows[columns.Grade], out float grade, out var length) || length != rows[columns.Grade].Length || !(grade is >= 0 and <= MaxGrade))
        {
            throw new InvalidDataException($"{path}, line {rows.Line}: {rows.Columns[columns.Grade]}: '{Text(rows, columns.Grade)}' is no grade; a number from 0 to {MaxGrade} is expected");
        }

        var document = columns.HasTitles ? DocumentOf(rows, columns, id, path) : _documentOf.GetValueOrDefault(id, -1);
        if (document < 0)
        {
            _unknown++;
            return;
        }

        if (!_queryOf.TryGetValue(query, out var judged))
        {
            judged = new JudgedQuery(query, []);
            _queryOf.Add(query, judged);
            _queries.Add(judged);
        }

        judged.Judgements.Add(new Judgement(id, document, grade));
    }

    private int DocumentOf(DelimitedRows rows, JudgedColumns columns, string id, string path)
    {
        var key = columns.Document < 0 ? id : Text(rows, columns.Document);
        if (_documentOf.TryGetValue(key, out var known))
        {
            return columns.Document >= 0 ? known : throw new InvalidDataException($"{path}, line {rows.Line}: {rows.Columns[columns.Id]}: there is an earlier row '{id}'");
        }

        var description = columns.Description < 0 ? "" : Text(rows, columns.Description);
        _documentOf.Add(key, _documents.Count);
        _documents.Add(new JudgedDocument(key, Text(rows, columns.Title), Description: description.Length == 0 ? null : description));
        return _documents.Count - 1;
    }

    private static string Text(DelimitedRows rows, int column) => Encoding.UTF8.GetString(rows[column]).Trim();
}

/// <summary>Which column of a table says what; −1 where none does.</summary>
/// <param name="Id">The candidate's id.</param>
/// <param name="Document">The document's id, where several rows share one.</param>
/// <param name="Query">The query.</param>
/// <param name="Title">The title.</param>
/// <param name="Description">The description.</param>
/// <param name="Grade">The grade.</param>
internal sealed record JudgedColumns(int Id, int Document, int Query, int Title, int Description, int Grade)
{
    /// <summary>The known kinds of tables, for messages.</summary>
    public const string Known = "query, docid, rating, or id, query (search_term), product_title, median_relevance (relevance)";

    /// <summary>Whether the rows carry the documents' texts.</summary>
    public bool HasTitles => Title >= 0;

    /// <summary>Reads a table's header; null when it is none of the known kinds.</summary>
    public static JudgedColumns? Of(string path)
    {
        using var file = InputFile.Open(path);
        DelimitedRows rows;
        try
        {
            rows = new DelimitedRows(file.Content, (byte)',');
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{path}, line 1: {exception.Message}");
        }

        int Find(params string[] names) => names.Select(rows.Find).FirstOrDefault(column => column >= 0, -1);
        var pairs = new JudgedColumns(Find("id"), Find("product_uid"), Find("query", "search_term"), Find("product_title"), Find("product_description"), Find("median_relevance", "relevance"));
        var judgements = new JudgedColumns(Find("docid"), -1, Find("query"), -1, -1, Find("rating"));
        return pairs is { Id: >= 0, Query: >= 0, Title: >= 0, Grade: >= 0 } ? pairs
            : judgements is { Id: >= 0, Query: >= 0, Grade: >= 0 } ? judgements : null;
    }
}
