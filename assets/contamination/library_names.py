"""Names of each language's own library that a copied solution keeps, however its other names are changed."""

import builtins

_NAMES = {
    "javascript": "Array Boolean Infinity Map Math NaN Number Object Set String abs add apply assign ceil charAt "
    "charCodeAt concat console delete entries every fill filter find findIndex flat flatMap floor forEach from "
    "fromCharCode get has includes indexOf isArray isInteger isNaN join keys lastIndexOf length log map match max min "
    "padEnd padStart parseFloat parseInt pop pow push reduce repeat replace reverse round set shift size slice some "
    "sort splice split sqrt startsWith endsWith substr substring test toFixed toLowerCase toString toUpperCase trim "
    "trunc undefined unshift values",
    "java": "Arrays ArrayList Boolean Character Collections Collectors Double HashMap HashSet Integer List Long Map "
    "Math Objects Optional Set String StringBuilder abs add addAll append asList ceil charAt clear collect compareTo "
    "contains containsKey containsValue deleteCharAt entrySet equals filter floor forEach format get getKey "
    "getOrDefault getValue indexOf insert isDigit isEmpty isLetter isLowerCase isUpperCase join keySet length map "
    "mapToObj matches max min of parseInt pow put range rangeClosed remove replace replaceAll reverse round set "
    "setCharAt size sort sorted split sqrt stream subList substring sum toArray toCharArray toList toLowerCase "
    "toString toUpperCase trim valueOf values",
    "cpp": "abs accumulate back begin ceil clear cout count empty end endl erase fabs find first floor front insert "
    "isalpha isdigit islower isupper length map max max_element min min_element npos pair pop_back pow push push_back "
    "replace reverse round second set size sort sqrt std stoi string substr swap to_string tolower top toupper "
    "transform unique unordered_map unordered_set vector",
    "c": "abs atoi calloc ceil fabs floor free fprintf isalpha isdigit islower isupper malloc memcpy memset pow printf "
    "qsort realloc round snprintf sprintf sqrt strcat strchr strcmp strcpy strdup strlen strncmp strncpy strstr strtok "
    "tolower toupper NULL",
    "csharp": "Abs Add AddRange Aggregate All Any Append Array Average Ceiling Char Concat Console Contains "
    "ContainsKey Convert Count Dictionary Distinct Equals First FirstOrDefault Floor GetValueOrDefault GroupBy "
    "HashSet IndexOf Insert IsDigit IsLetter IsNullOrEmpty Join Keys Last Length List Math Max Min OrderBy "
    "OrderByDescending Parse Pow Range Remove Repeat Replace Reverse Round Select SequenceEqual Skip Sort Split Sqrt "
    "String StringBuilder Substring Sum Take ToArray ToCharArray ToInt32 ToList ToLower ToString ToUpper Trim Values "
    "Where Zip",
    "go": "Abs Atoi Contains Errorf Fields Floor HasPrefix HasSuffix Index Itoa Join Max Min Pow Println Replace "
    "Repeat Round Slice Sort Split Sprintf Sqrt Strings ToLower ToUpper TrimSpace append cap copy delete error false "
    "fmt len make map math nil panic range rune sort strconv string strings true unicode",
    "rust": "Err HashMap HashSet None Ok Option Result Some String Vec abs all any as_bytes as_str chars clone cloned "
    "collect contains contains_key count dedup entry enumerate extend filter filter_map find first flat_map floor fold "
    "format from get insert into into_iter is_alphabetic is_digit is_empty is_lowercase is_uppercase iter iter_mut "
    "join keys last len map max min new next or_insert parse pop position pow powi println push push_str remove "
    "replace rev reverse skip sort sort_by sort_unstable split split_whitespace sqrt starts_with step_by sum swap take "
    "to_lowercase to_string to_uppercase to_vec trim unwrap unwrap_or values vec with_capacity windows zip",
    "php": "abs array_filter array_fill array_key_exists array_keys array_map array_merge array_pop array_product "
    "array_push array_reduce array_reverse array_search array_shift array_slice array_splice array_sum array_unique "
    "array_unshift array_values ceil chr count ctype_alpha ctype_digit ctype_lower ctype_upper echo empty end explode "
    "floor function_exists implode in_array intdiv intval is_array is_int is_null is_numeric is_string isset join "
    "json_encode ltrim max md5 min mt_rand ord pow preg_match preg_replace preg_split print_r range round rsort rtrim "
    "sizeof sort sprintf sqrt str_pad str_repeat str_replace str_split strcmp strlen strpos strrev strtolower "
    "strtoupper strval substr substr_count trim ucfirst uksort usort",
    "ruby": "Array Hash Integer Math Set String abs all? any? chars chr collect compact concat count delete digits "
    "downcase each each_char each_cons each_slice each_with_index each_with_object empty? even? fetch find first "
    "flat_map flatten floor gcd group_by gsub has_key? include? index inject insert join key? keys last length lines "
    "map max max_by merge min min_by nil? odd? ord partition pop pow product push puts raise reduce reject repeat "
    "reverse round scan select select! shift size slice sort sort_by split sqrt start_with? step strip sub sum "
    "swapcase tally times to_a to_f to_i to_s to_sym uniq unshift upcase upto values zip",
    "swift": "Array Character Dictionary Double Int Set String abs append contains count dropFirst dropLast enumerated "
    "filter first firstIndex flatMap hasPrefix index insert isEmpty isLetter isNumber joined keys last lowercased map "
    "max min pow prefix print reduce remove removeLast reversed round sort sorted split sqrt startIndex stride suffix "
    "uppercased values zip",
    "kotlin": "abs add all any append associate charAt contains count distinct drop emptyList filter first fold "
    "forEach forEachIndexed get getOrDefault groupBy indexOf indices isDigit isEmpty isLetter joinToString last length "
    "listOf lowercase map mapIndexed mapOf max maxOrNull min minOrNull mutableListOf mutableMapOf mutableSetOf pow "
    "println put reduce remove repeat replace reversed setOf size sorted sortedBy split sqrt substring sum take to "
    "toInt toList toSet toString trim until uppercase zip",
    "bash": "awk basename bc cat cd cut date declare dirname echo eval exit export expr false find grep head let local "
    "ls mkdir mv printf pwd read readonly return rev rm sed seq set shift sleep sort tail test tr true uniq unset wc "
    "xargs",
}


def library_names(language: str) -> frozenset[str]:
    """The names of `language`'s library that count; those of Python are asked of Python itself."""
    if language == "python":
        types = (str, list, dict, set, bytes, tuple, int, float)
        methods = {name for kind in types for name in dir(kind)}
        return frozenset(name for name in {*dir(builtins), *methods} if not name.startswith("_"))
    if language == "typescript":
        language = "javascript"
    return frozenset(_NAMES.get(language, "").split())
