using Vitrina.Engine.Catalog;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Values;

/// <summary>The article numbers and model codes among an item's keywords, as one text for the index: a query for such a code then finds its item as one for a code in a title does.</summary>
/// <remarks>A value counts when it is one word of a code's shape. One writer; each value is analysed once, afterwards the cost is a look at the item's own values.</remarks>
/// <param name="analyzer">Analyses values as queries are.</param>
/// <param name="keywords">The words behind keyword ordinals, by slot.</param>
/// <param name="listKeywords">The words behind ordinals of multiple keywords, by slot.</param>
internal sealed class CatalogCodes(TextAnalyzer analyzer, SymbolTable[] keywords, SymbolTable[] listKeywords)
{
    private enum Shape : byte
    {
        Unknown,
        Code,
        Other,
    }

    private readonly TokenBuffer _tokens = new();
    private readonly Shape[][] _shapes = [.. keywords.Select(_ => Array.Empty<Shape>())];
    private readonly Shape[][] _listShapes = [.. listKeywords.Select(_ => Array.Empty<Shape>())];
    private readonly List<string> _codes = [];

    /// <summary>Whether a change from one state of an item to another may change its codes.</summary>
    public static bool MayDiffer(Item before, Item after) =>
        !before.Keywords.AsSpan().SequenceEqual(after.Keywords) || !before.KeywordLists.AsSpan().SequenceEqual(after.KeywordLists);

    /// <summary>The item's codes, one a line; null when it has none.</summary>
    public string? Of(Item item)
    {
        _codes.Clear();
        for (var slot = 0; slot < item.Keywords.Length; slot++)
        {
            Add(ref _shapes[slot], keywords[slot], item.Keywords[slot]);
        }

        for (var slot = 0; slot < item.KeywordLists.Length; slot++)
        {
            foreach (var ordinal in item.KeywordLists[slot])
            {
                Add(ref _listShapes[slot], listKeywords[slot], ordinal);
            }
        }

        return _codes.Count == 0 ? null : string.Join('\n', _codes);
    }

    private void Add(ref Shape[] shapes, SymbolTable words, int ordinal)
    {
        if (ordinal < 0)
        {
            return;
        }

        if (ordinal >= shapes.Length)
        {
            Array.Resize(ref shapes, Math.Max(ordinal + 1, shapes.Length * 2));
        }

        if (shapes[ordinal] == Shape.Unknown)
        {
            analyzer.Analyze(words[ordinal], _tokens);
            shapes[ordinal] = _tokens.PositionCount == 1 && ModelCodes.Of(_tokens).Count == 1 ? Shape.Code : Shape.Other;
        }

        if (shapes[ordinal] == Shape.Code)
        {
            _codes.Add(words[ordinal]);
        }
    }
}
